"""What an application took for granted: usual assumptions are listed, weak ones make a result at most a note."""

from enum import IntFlag


class Note(IntFlag):
    """One bit for each way in which an application went beyond what one holder of one source said outright."""

    REFERENCE = 1
    SILENCE = 2
    BORROWED = 4
    NARROWER = 8
    WIDER = 16
    UNLESS = 32
    RETOLD = 64
    HOLDERS = 128
    INCOMPLETE = 256
    PART = 512


WEAK = Note.WIDER | Note.UNLESS | Note.RETOLD | Note.HOLDERS | Note.INCOMPLETE | Note.PART

WORDS = {
    Note.REFERENCE: "a reference supplies an input",
    Note.SILENCE: "a scope left open is read in the usual way",
    Note.BORROWED: "a premise of the same source is used",
    Note.NARROWER: "the source names a family; each variant was tried",
    Note.WIDER: "a figure of the wider family stands in",
    Note.UNLESS: "nothing names experts or the like, so none are assumed",
    Note.RETOLD: "the retold source supplies an input",
    Note.HOLDERS: "inputs come from different holders",
    Note.INCOMPLETE: "the parts named are taken for all parts",
    Note.PART: "the main part is taken for the whole although another part is named",
}
