"""The first lines of a bundle; written for any Python 3, so that an old one gets a sentence."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - a bundle is run by whatever python3 there is
    here = ".".join(map(str, sys.version_info[:2]))
    sys.exit(
        f"培育需要 Python 3.11 或更新的版本，这里是 {here}。"
        f"请换用新版 Python 运行同一条命令，例如：python3.11 {sys.argv[0]}"
    )

from bundle_install import main  # type: ignore[import-not-found]  # it lies beside this file

main()
