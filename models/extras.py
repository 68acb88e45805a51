"""The sentence about an optional dependency that is not installed."""

PACKAGE = "flashdepth-live"


def missing_extra(needs: str, extra: str, library: str) -> str:
    """Say what needs an extra, and how to install it.

    Parameters
    ----------
    needs
        Beginning of the sentence with its verb, such as "Writing EXR needs".
    extra
        Names of extras in pyproject.toml, separated by commas.
    library
        What the extra brings along.
    """
    names = " and ".join(f"`{name}`" for name in extra.split(","))
    return f"{needs} the extra {names} ({library}); run: pip install '{PACKAGE}[{extra}]'."
