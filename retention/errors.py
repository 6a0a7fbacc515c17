"""Everything that can go wrong, in words a shop owner can act on.

RetentionError
├── FileError        the file itself cannot be read
├── ColumnError      a column is missing, or does not hold what it should
├── QuestionError    the data allow two readings; the caller has to choose
├── EmptyError       nothing is left to look at
└── OptionError      an option is not one of the possible ones
"""

from __future__ import annotations


class RetentionError(Exception):
    """A problem with its remedy.

    `problem` and `remedy` are templates and `facts` fills them in, so that a screen can translate the
    sentence and still name the file, the row, the column and the value. `call` is the remedy in a notebook.

    >>> error = ColumnError("No column for {field} in {file}.", "Pick one under Columns.", field="date", file="a.csv")
    >>> str(error)
    'No column for date in a.csv. Pick one under Columns.'
    """

    def __init__(self, problem: str, remedy: str = "", call: str = "", **facts: object) -> None:
        self.problem = problem
        self.remedy = remedy
        self.call = call
        self.facts = facts
        super().__init__(problem, remedy, call)

    def __str__(self) -> str:
        return " ".join(part.format(**self.facts) for part in (self.problem, self.remedy, self.call) if part)


class FileError(RetentionError):
    """The file cannot be read as a table."""


class ColumnError(RetentionError):
    """A column is missing, or does not hold what it should."""


class QuestionError(RetentionError):
    """The data can be read in two ways; `option` of read_orders settles it, one of `choices`.

    `assumed` is what the reader would take; `file` is the one it concerns, if not all. `questions` are all that stand open
    at once, this one first.
    """

    def __init__(
        self,
        problem: str,
        remedy: str,
        call: str = "",
        *,
        option: str,
        choices: tuple[str, ...],
        assumed: str = "",
        **facts: object,
    ) -> None:
        super().__init__(problem, remedy, call, option=option, choices=" / ".join(choices), **facts)
        self.option = option
        self.choices = choices
        self.assumed = assumed
        self.questions: tuple[QuestionError, ...] = (self,)

    @property
    def file(self) -> str:
        """The file the question is about; empty where it is about all of them."""
        return str(self.facts.get("file", ""))


class EmptyError(RetentionError):
    """Nothing is left to look at."""


class OptionError(RetentionError):
    """An option is not one of the possible ones."""


def check_option(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a word that is not one of the allowed ones."""
    if value not in allowed:
        raise OptionError(
            "{name}={value!r} is not possible.",
            "Use one of: {allowed}.",
            name=name,
            value=value,
            allowed=", ".join(allowed),
        )
