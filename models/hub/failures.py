"""What goes wrong between a model's name and its file on the disk, in one sentence each."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from models.errors import CheckpointError


def require_room(folder: Path, size: int) -> None:
    """Refuse at once if `size` bytes do not fit on the disk of `folder`.

    Raises
    ------
    CheckpointError
        With the room that is needed.
    """
    existing = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    if shutil.disk_usage(existing).free < size:
        raise disk_full(folder, size)


def disk_full(folder: Path, needed_bytes: int | None = None) -> CheckpointError:
    """The error for a full disk at `folder`."""
    needed = f"{needed_bytes / 1e9:.1f} GB are needed" if needed_bytes else "The disk is full"
    return CheckpointError(
        f"{needed} in {folder}; free some space, or set HF_HOME and FLASHDEPTH_CACHE to folders on "
        "another disk, then try again."
    )


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that the disk or the user's quota is full."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(
        words in str(error) for words in ("No space left on device", "not enough space on the disk")
    )


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn whatever the hub's library raises about `what`, ORG/NAME and more, into one sentence."""
    from huggingface_hub import errors

    try:
        yield
    except CheckpointError:
        raise
    except (OSError, errors.HTTPError, ValueError, TypeError, KeyError) as error:  # type: ignore[attr-defined]
        raise _explanation(what, error) from error


def _explanation(what: str, error: Exception) -> CheckpointError:
    from huggingface_hub import errors

    page = f"https://huggingface.co/{'/'.join(what.split('@')[0].split('/')[:2])}"
    status = getattr(getattr(error, "response", None), "status_code", "an error")
    sentences: tuple[tuple[type[Exception], str], ...] = (  # the first that fits
        (
            errors.OfflineModeIsEnabled,
            f"{what} can't be downloaded because HF_HUB_OFFLINE is set; unset it, or download it "
            "elsewhere and use `models add`.",
        ),
        (
            errors.GatedRepoError,
            f"{what} is only given to those who accepted its terms; do so at {page} and set "
            "HF_TOKEN to a token of yours.",
        ),
        (errors.RevisionNotFoundError, f"{what} has no such revision; see {page}/commits."),
        (
            errors.RepositoryNotFoundError,
            f"The hub has no public model {what}; check the name, or set HF_TOKEN if it is "
            "private.",
        ),
        (errors.LocalEntryNotFoundError, _unreachable(what)),
        (
            errors.HfHubHTTPError,
            f"The hub refused {what} (HTTP {status}); try again later, or download it from its "
            "page and use `models add`.",
        ),
        (errors.HFValidationError, f"{what} is no name of the hub; write ORG/NAME."),
    )
    for kind, sentence in sentences:
        if isinstance(error, kind):
            return CheckpointError(sentence)
    if is_disk_full(error):
        return disk_full(Path("the hub's cache"))
    if "Consistency check failed" in str(error):
        return CheckpointError(
            f"The hub sent another length of {what} than it stated; try again later."
        )
    if isinstance(error, (ValueError, TypeError, KeyError)):
        return CheckpointError(
            f"What answered for {what} is not the hub (a login page of the network?); open a web "
            "page to sign in, then try again."
        )
    return CheckpointError(_unreachable(what))


def _unreachable(what: str) -> str:
    return (
        f"The hub can't be reached, so {what} was not downloaded; check the network, or download "
        "it elsewhere and use `models add`."
    )
