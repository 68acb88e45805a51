"""One module per command: `describe(parser)` adds its options, `run(arguments)` does the work.

A command's module is imported to print its `--help`, so modules that the work needs are imported in
`run`; longer work is in a module of its own, `NAME_job`.
"""
