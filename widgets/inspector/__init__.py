"""The inspector's sections: each shows some settings and says which the user wants otherwise."""
