"""The layer around dateparser: phrases as people write them become moments, questions or refusals.

`read` takes a phrase, `split` a whole sentence. The parts of a phrase are read by tables of our own, one file per
language, and a phrase in which a word is left over is not guessed at. dateparser names days only in languages without
tables, and only where its answer can be checked.
"""

from coalition_bot.phrases.reading import read
from coalition_bot.phrases.results import Question, Refused, Result, Span, Understood
from coalition_bot.phrases.sentences import Sentence, Verb, split

__all__ = ["Question", "Refused", "Result", "Sentence", "Span", "Understood", "Verb", "read", "split"]
