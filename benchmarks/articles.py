"""An article about one model: its shape, its data, how it was trained, what a rerun and serving would cost."""

from __future__ import annotations

import math
import random
from typing import Any

from benchmarks import rates
from benchmarks.chips import DOMAIN, Chip, Shop
from benchmarks.drafts import Agreement, Draft, Scene, Style, Work
from benchmarks.names import Names
from benchmarks.tables import HOUR, PRINT, ROOM, SOFT, TRAINING
from kb.model import Entity, Mode, Source, SourceKind, ValueKind

FORWARD = 2.0  # operations for each weight and token
DAY = 24 * HOUR
WIDEST = 0.06  # half of a range, as a share of the figure
FAMILY = 0.25  # chips named by their family, about as in the table


class Article:
    """What is true of a model, what one article says of it, and what another says again."""

    def __init__(self, dice: random.Random, names: Names, number: int, shop: Shop) -> None:
        self.dice = dice
        self.rates = rates.article()
        self.language = dice.choice(["en", "zh"])
        self.name, self.older = names.new(), names.new()
        self.dense = f"{self.name} dense"
        self.work = self.source(f"article-{number}", names)
        self.again = self.source(f"retelling-{number}", names, retells=f"article-{number}")
        self.agreements: list[Agreement] = []
        self.entities = [Entity(id=each, kind="model") for each in (self.name, self.older, self.dense)]
        self.chip, self.newer = shop.some(dice, FAMILY), shop.some(dice, FAMILY)
        while self.newer is self.chip:  # their rents would be two rents of one chip
            self.newer = shop.some(dice, FAMILY)

    def source(self, id_: str, names: Names, **more: Any) -> Work:
        """A source without claims, held by somebody of its own."""
        writer = names.new()
        made = Source(
            id=id_, kind=SourceKind.ARTICLE, title=f"Number {id_}", by=(writer,), language=self.language, **more
        )
        return Work(made, (writer,))

    # -------------------------------------------------------------------------------------------- saying

    def figure(self, word: str, subject: str, attribute: str, truth: float, unit: str, **more: Any) -> Draft:
        """Adds a figure, hedged, ranged and restated as often as the shipped article does."""
        style = Style(unit, rates.pick(self.dice, rates.DIGITS), language=self.language, count=more.pop("count", False))
        exact = more.get("mode") is Mode.PREMISE
        style.hedged = not exact and self.dice.random() < self.rates.hedged
        if not exact and not style.count and self.dice.random() < self.rates.ranged:
            style.width, style.digits = self.dice.uniform(0.02, WIDEST), max(style.digits, 3)  # ends must lie apart
        draft = Draft(word, subject, attribute, style, truth, **more)
        self.work.drafts.append(draft)
        if self.dice.random() < self.rates.restated and not exact and draft.than is None:
            self.restate(draft)
        return draft

    def restate(self, draft: Draft) -> None:
        """Lets the other article say the same, in digits of its own."""
        assert draft.style is not None
        digits = rates.pick(self.dice, rates.DIGITS)
        style = Style(draft.style.unit, digits, language=self.language, count=draft.style.count)
        style.hedged = draft.style.count or self.dice.random() < self.rates.hedged
        same = Draft(draft.name, draft.subject, draft.attribute, style, draft.truth, scope=draft.scope, mode=draft.mode)
        self.again.drafts.append(same)
        if not several(draft):  # of several readings on either side, some pair may be meant
            self.agreements.append(Agreement({same: 1.0, draft: -1.0}, (same,)))

    def say(self, word: str, subject: str, attribute: str, **more: Any) -> None:
        """Adds a claim that is no figure."""
        self.work.drafts.append(Draft(word, subject, attribute, **more))

    def maybe(self, **scope: str) -> dict[str, str]:
        """A scope on keys for which silence has a list: left open as often as in the shipped article."""
        return {} if self.dice.random() < self.rates.open else scope

    def run(self, label: str, stage: str, chip: Chip | None = None, **links: str) -> str:
        """A run of the model, which the article says is on a chip."""
        id_ = f"{self.name}/{label}"
        self.entities.append(Entity(id=id_, kind="run", links={"of": self.name, **links}, own={"stage": stage}))
        if chip is not None:
            self.say(f"{label}.chip", id_, "run.on", kind=ValueKind.LINK, text=chip.name)
        return id_

    def agree(self, powers: dict[Draft, float], *suspects: Draft, **more: Any) -> None:
        """Notes figures of which one check looks at the product."""
        self.agreements.append(Agreement(powers, suspects, **more))

    # -------------------------------------------------------------------------------------------- parts of it

    def write(self) -> Scene:
        """Everything the article says."""
        self.shape()
        self.forward()
        self.data()
        self.training()
        self.rerun()
        self.serving()
        works = [self.work, *([self.again] if self.again.drafts else [])]
        return Scene(works, self.entities, self.agreements)

    def shape(self) -> None:
        """Weights and experts, and how many times as many weights as an older model."""
        dice, model = self.dice, self.name
        experts, routed = dice.choice([8, 16, 32, 64]), 2
        expert = 10 ** dice.uniform(9, 10.5)
        shared = expert * dice.uniform(0.3, 1)
        once, whole = experts * expert + shared, experts * (expert + shared)
        self.total, self.active = once, routed * expert + shared
        total = self.figure("total", model, "parameters.total", once, "param", scope=self.maybe(component="all"))
        number = self.figure("experts", model, "moe.experts", experts, "expert", count=True)
        each = self.figure("expert", model, "parameters.expert", expert, "param/expert")
        held = self.figure("shared", model, "parameters.shared", shared, "param", scope=self.maybe(held="once"))
        sent = self.figure("routed", model, "moe.routed", routed, "expert", count=True)
        self.used = self.figure("active", model, "parameters.active", self.active, "param")
        self.say("method", model, "model.method", kind=ValueKind.LINK, text="mixture of experts")
        self.say("reason", model, "moe.reason", kind=ValueKind.TERM, terms=("generalisation", "convergence"))
        ways = (0.0, 0.0), (math.log(whole / once), math.log(whole / once))
        parts = {number: -1.0, each: -1.0, held: -1.0}
        self.agree({total: 1.0, **parts}, total, passes=ways)
        other = math.log(routed * (expert + shared) / self.active)
        self.agree({self.used: 1.0, sent: -1.0, each: -1.0, held: -1.0}, self.used, passes=((0.0, 0.0), (other, other)))
        older = self.figure("older", self.older, "parameters.total", once / dice.uniform(3, 12), "param")
        times = self.figure("times", model, "parameters.total", once / older.truth, "times", than=self.older)
        self.agree({times: 1.0, total: -1.0, older: 1.0}, times, older)
        vision = {"component": "vision"}
        self.say("vision", model, "parameters.total", kind=ValueKind.UNDISCLOSED, text="undisclosed", scope=vision)

    def forward(self) -> None:
        """The work of a forward pass, beside that of a dense model of the same size."""
        unit = "TFLOP/pass"
        work = self.figure("forward", self.name, "forward.flop", FORWARD * self.active / 1e12, unit)
        self.agree({work: 1.0, self.used: -1.0}, work, self.used, slack=SOFT)
        self.say("dense", self.dense, "moe.experts", kind=ValueKind.NONE, text="none")
        total = self.figure("dense-total", self.dense, "parameters.total", self.total, "param")
        dense = self.figure("dense-forward", self.dense, "forward.flop", FORWARD * self.total / 1e12, unit)
        self.agree({dense: 1.0, total: -1.0}, dense, total, slack=SOFT)

    def data(self) -> None:
        """Tokens seen, epochs of text and code, a later stage, context."""
        dice, model = self.dice, self.name
        self.seen = self.active * dice.uniform(10, 60)
        self.figure("tokens", model, "data.tokens", self.seen, "token", scope=self.maybe(counted="seen"))
        for kind in ("text", "code"):
            scope = {"modality": kind}
            self.figure(f"epochs-{kind}", model, "data.epochs", dice.randint(1, 4), "", count=True, scope=scope)
        self.figure("rows", model, "data.items", 10 ** dice.uniform(6, 7), "item", scope={"stage": "instruction"})
        self.figure("vision-tokens", model, "data.tokens", self.seen / 8, "token", scope={"stage": "vision"})
        context = dice.choice([4, 8, 32])
        for word, stage, size in (("context", "pretraining", context), ("long", "long-context", 4 * context)):
            draft = Draft(word, model, "context.length", scope={"stage": stage}, text=f"{size}k token")
            self.work.drafts.append(draft)

    def training(self) -> None:
        """The run: layout, devices, days, utilisation, rent, cost."""
        dice, chip, run = self.dice, self.chip, self.run("training", "training", self.chip)
        self.compute = TRAINING * self.active * self.seen
        self.mfu = dice.uniform(0.28, 0.45)
        pipeline = max(2, math.ceil(ROOM * self.total / (DOMAIN * chip.memory)))
        layers = pipeline * dice.randint(4, 12)
        goal = self.compute / (chip.peak * self.mfu * dice.uniform(20, 120) * DAY)
        data = max(2, round(goal / (DOMAIN * pipeline)))
        devices = DOMAIN * pipeline * data
        days = self.compute / (chip.peak * self.mfu * devices * DAY)
        self.figure("layers", self.name, "model.layers", layers, "layer", count=True)
        self.figure("tensor", run, "run.ways", DOMAIN, "", count=True, scope={"split": "tensor"})
        self.figure("other", run, "run.ways", pipeline, "", count=True, scope={"split": "undisclosed"})
        number = self.figure("devices", run, "run.devices", devices, "device", count=True)
        took = self.figure("days", run, "run.duration", days, "day")
        self.figure("mfu", run, "run.mfu", 100 * self.mfu, "%")
        self.rent, rent = self.price("rent", chip)
        cost = self.figure("cost", run, "run.cost", devices * days * 24 * self.rent, "USD", mode=Mode.CONDITIONAL)
        cost.rests = ("rent",)
        self.agree({cost: 1.0, number: -1.0, took: -1.0, rent: -1.0}, cost, number, took)

    def price(self, word: str, chip: Chip) -> tuple[float, Draft]:
        """A rent that is supposed, in USD an hour."""
        rent = round(self.dice.uniform(0.8, 4), 1)
        premise = Style("USD/(device*h)", digits=2)
        draft = Draft(word, chip.name, "chip.rent", premise, rent, mode=Mode.PREMISE)
        self.work.drafts.append(draft)
        return rent, draft

    def rerun(self) -> None:
        """The same pretraining on newer chips; nothing is said of how well it would use them."""
        run, chip = self.run("rerun", "pretraining", self.newer), self.newer
        mfu = self.mfu * self.dice.uniform(0.7, 1.4)
        devices = max(64 * self.dice.randint(8, 200), math.ceil(ROOM * self.total / chip.memory))
        days = self.compute / (chip.peak * mfu * devices * DAY)
        conditional: Any = {"mode": Mode.CONDITIONAL}
        number = self.figure("r-devices", run, "run.devices", devices, "device", count=True, **conditional)
        took = self.figure("r-days", run, "run.duration", days, "day", **conditional)
        self.newer_rent, rent = self.price("r-rent", chip)
        truth = devices * days * 24 * self.newer_rent
        cost = self.figure("r-cost", run, "run.cost", truth, "USD", rests=("r-rent",), **conditional)
        self.agree({cost: 1.0, number: -1.0, took: -1.0, rent: -1.0}, cost, number, took)

    def serving(self) -> None:
        """What it costs to serve a token on either chip, and how much more than for the older model."""
        whole = self.run("inference", "inference")
        older = f"{self.older}/inference"
        self.entities.append(Entity(id=older, kind="run", links={"of": self.older}, own={"stage": "inference"}))
        for word, chip, rent in (("old", self.chip, self.rent), ("new", self.newer, self.newer_rent)):
            run = self.run(f"inference-{word}", "inference", chip, within=whole)
            mfu = self.mfu * self.dice.uniform(0.75, 1.3)
            devices = max(64, math.ceil(ROOM * self.total / chip.memory))
            self.figure(f"{word}.devices", run, "run.devices", devices, "device", count=True, mode=Mode.PREMISE)
            cost = FORWARD * self.active * rent / (HOUR * chip.peak * mfu)  # USD for each token
            said = self.figure(
                f"{word}.cost",
                run,
                "run.cost_per_token",
                cost * 1e5,
                "cent/ktoken",
                mode=Mode.ESTIMATE,
                rests=("served",),
            )
            room = -math.log(mfu)
            self.agree({said: -1.0, self.used: 1.0}, said, passes=((-math.inf, room),), slack=SOFT + PRINT)
        self.work.drafts.append(Draft("served", whole, "run.context", text="8k token", mode=Mode.PREMISE))
        more = Draft("more", whole, "run.cost_per_token", text=f"{self.dice.randint(2, 5)} times more", than=older)
        self.work.drafts.append(more)
        for word, side in (("devices", "high"), ("mfu", "low"), ("batch", "high")):
            self.say(f"side-{word}", whole, f"run.{word}.side", kind=ValueKind.TERM, terms=(side,))


def several(draft: Draft) -> bool:
    """Whether the vocabulary has several readings for a key on which the draft does not decide."""
    keys = rates.shipped().vocabulary.attributes[draft.attribute].keys
    listed = {key for key, rule in keys.items() if rule.silent is not None and rule.silent.either}
    return any(draft.scope.get(key) in {None, "undisclosed"} for key in listed)


def scene(dice: random.Random, names: Names, number: int, shop: Shop) -> Scene:
    """One article, and another that retells a little of it."""
    return Article(dice, names, number, shop).write()
