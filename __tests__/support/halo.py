"""Reads a file as HALO's engine does, and prints what its index and its store say of it."""

import asyncio
import json
import sys
from pathlib import Path

from engine.traces.models.trace_index_config import TraceIndexConfig
from engine.traces.trace_index_builder import TraceIndexBuilder
from engine.traces.models.canonical_span import SpanRecord

path = Path(sys.argv[1])
index = asyncio.run(TraceIndexBuilder.ensure_index_exists(path, TraceIndexConfig()))
rows = [json.loads(line) for line in index.read_text().splitlines()]
lines = path.read_text(encoding="utf-8").splitlines()
spans = [SpanRecord.model_validate_json(line).model_dump() for line in lines]
print(json.dumps({"rows": rows, "spans": spans}))
