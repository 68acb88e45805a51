"""One module per command: `describe(parser)` adds its options, `run(arguments)` does the work.

A command's module is imported to answer its `--help`, so what the work needs is imported in `run`;
work of some length stands in a module of its own, `NAME_job`.
"""
