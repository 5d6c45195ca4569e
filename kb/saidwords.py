"""What people say, in English and Chinese, for the words of attributes' names and for the values of scope keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

# What people say for the words that names of attributes and of their scopes are made of.
SAID: Mapping[str, str] = {
    "active": "activated|per forward pass|for each inference|激活|每次推理|前向",
    "batch": "batch size|批次|批大小",
    "bandwidth": "带宽",
    "code": "代码",
    "compute": "FLOP|FLOPs|算力|计算量",
    "context": "context length|context window|上下文|seqlen",
    "cost": "costs|costing|spent|成本|花费|费用|耗资",
    "cost_per_token": "per thousand tokens|per million tokens|per 1k tokens|每千|每1000|cents",
    "device_time": "GPU hours|GPU-hours|device-hours|卡时",
    "devices": "GPUs|cluster|on|块|张|台",
    "duration": "for|took|days|weeks|months|用了|耗时|花了",
    "epochs": "epoch|轮|遍",
    "expert": "each expert|per expert|every expert|每个专家",
    "experts": "专家",
    "flop": "FLOP|FLOPs",
    "forward": "forward pass|inference|generate|推理|前向",
    "inference": "serving|serve|推理|部署",
    "layers": "layer|层",
    "length": "context|window|上下文|长度|seqlen",
    "memory": "VRAM|显存|内存",
    "mfu": "utilization|utilisation|利用率",
    "parameters": "parameter|weights|参数",
    "peak": "峰值",
    "power": "功耗",
    "price": "售价|价格|售",
    "rent": "per GPU hour|an hour|hourly|租|每小时",
    "routed": "routed to|per token|experts are used|are used|are active|activates|activated|激活|路由",
    "shared": "shared attention|attention|共享",
    "text": "文本",
    "throughput": "tokens/s|per second|每秒",
    "tokens": "token|词元",
    "total": "in total|in all|总共|总计|一共|有",
    "training": "train|trained|训练",
    "vision": "视觉",
    "ways": "way|parallelism|并行|路",
}
# What people say for the values of scope keys; a value is proposed only for attributes that have its key.
SCOPES: Mapping[str, Mapping[str, str]] = {
    "stage": {
        "pretraining": "pre-training|pretraining|pre-trained|pretrained|预训练",
        "finetuning": "fine-tuning|finetuning|fine-tuned|finetuned|微调",
        "inference": "inference|推理",
    },
    "modality": {
        "text": "text|textual|文本|文字",
        "code": "code|source code|代码",
        "image": "images|image|图像|图片",
        "audio": "audio|speech|音频|语音",
    },
    "component": {"vision": "vision encoder|vision tower|vision|视觉编码器|视觉", "audio": "audio encoder|语音编码器"},
    "counted": {
        "seen": "seen|epochs|in all epochs|processed|看过|处理了",
        "unique": "unique|distinct|deduplicated|去重|不重复",
    },
    "precision": {
        "tensor16": "bf16|fp16|bfloat16|half precision|半精度",
        "fp8": "fp8",
        "fp32": "fp32|single precision|单精度",
        "int8": "int8",
        "int4": "int4",
        "tf32": "tf32",
        "fp64": "fp64|double precision|双精度",
    },
    "sparsity": {"sparse": "with sparsity|稀疏", "dense": "without sparsity|非稀疏"},
    "split": {
        "tensor": "tensor parallelism|tensor parallel|tensor-parallel|张量并行",
        "pipeline": "pipeline parallelism|pipeline parallel|pipeline-parallel|流水线并行|管道并行",
        "data": "data parallelism|data parallel|data-parallel|数据并行",
        "expert": "expert parallelism|expert parallel|expert-parallel|专家并行",
    },
    "flow": {
        "input": "input|inputs|prompt|prompts|输入|提示",
        "output": "output|outputs|completion|generated|输出|生成",
    },
    "reach": {
        "memory": "hbm|memory bandwidth|显存带宽|内存带宽",
        "intranode": "nvlink|within a node|节点内",
        "internode": "infiniband|between nodes|across nodes|跨节点|节点间",
    },
}


@lru_cache(maxsize=1 << 12)
def says(word: str, said: str) -> bool:
    """Whether a sentence, in lower case, says a word or what stands for it."""
    return any(holds(said, each) for each in meant(word))


@cache
def meant(word: str) -> tuple[str, ...]:
    """A word of an attribute's name and what people say for it, in lower case."""
    every = (word.replace("_", " "), *SAID.get(word, "").split("|"))
    return tuple(dict.fromkeys(each.casefold() for each in every if each))


def holds(said: str, word: str) -> bool:
    """Whether a word stands in a sentence by itself; Chinese has no spaces."""
    return word in said and (not word.isascii() or alone(word).search(said) is not None)


@cache
def spoken(words: str) -> re.Pattern[str]:
    """Any of some words, those of Latin letters by themselves."""
    longest = sorted(words.split("|"), key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<![a-z]){re.escape(each)}(?![a-z])" if each.isascii() else re.escape(each) for each in longest)
    )


@cache
def alone(word: str) -> re.Pattern[str]:
    """A word that is no part of a longer one."""
    return re.compile(rf"(?<![a-z]){re.escape(word)}(?![a-z])")
