"""Depth models of the Hugging Face hub that `transformers` runs, by the name `hf:ORG/NAME`.

Needs the extra `hub`; nothing of it is imported before such a model is named.
"""
