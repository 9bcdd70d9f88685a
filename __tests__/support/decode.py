"""Decodes OTLP/HTTP trace requests with PyPI's opentelemetry-proto, an implementation that shares
nothing with the exporter under test.

Standard input: any number of request bodies, each after its length as four big-endian bytes.
A body may be gzipped; it is protobuf, or OTLP/JSON when it starts with a brace.
Standard output: a JSON list of spans. A value is a pair of its type and its text or items, so that
integers and floats keep their kind and their digits.
"""

import base64
import gzip
import json
import struct
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

GZIP_MAGIC = b"\x1f\x8b"
ID_KEYS = {"traceId", "spanId", "parentSpanId"}


def bodies(stream):
    while header := stream.read(4):
        (length,) = struct.unpack(">I", header)
        body = stream.read(length)
        if len(body) != length:
            raise ValueError("the input ends within a body")
        yield gzip.decompress(body) if body.startswith(GZIP_MAGIC) else body


def request(body):
    message = ExportTraceServiceRequest()
    if body.lstrip().startswith(b"{"):
        json_format.ParseDict(with_base64_ids(json.loads(body)), message)
    else:
        message.ParseFromString(body)
    return message


def with_base64_ids(node):
    """OTLP/JSON writes ids in hex where protobuf's own JSON wants base64."""
    if isinstance(node, list):
        return [with_base64_ids(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: base64.b64encode(bytes.fromhex(value)).decode()
        if key in ID_KEYS
        else with_base64_ids(value)
        for key, value in node.items()
    }


def any_value(value):
    which = value.WhichOneof("value")
    if which is None:
        return ["empty", ""]
    content = getattr(value, which)
    if which == "array_value":
        return ["array", [any_value(item) for item in content.values]]
    if which == "kvlist_value":
        return ["kvlist", attributes(content.values)]
    if which == "bytes_value":
        return ["bytes", content.hex()]
    if which == "bool_value":
        return ["bool", "true" if content else "false"]
    if which == "int_value":
        return ["int", str(content)]
    if which == "double_value":
        return ["double", repr(content)]
    return ["string", content]


def attributes(pairs):
    return [[pair.key, any_value(pair.value)] for pair in pairs]


def span_record(span, scope, resource):
    return {
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "parentSpanId": span.parent_span_id.hex(),
        "traceState": span.trace_state,
        "flags": str(span.flags),
        "name": span.name,
        "kind": str(span.kind),
        "startTimeUnixNano": str(span.start_time_unix_nano),
        "endTimeUnixNano": str(span.end_time_unix_nano),
        "attributes": attributes(span.attributes),
        "droppedAttributesCount": str(span.dropped_attributes_count),
        "events": [
            {
                "name": event.name,
                "timeUnixNano": str(event.time_unix_nano),
                "attributes": attributes(event.attributes),
            }
            for event in span.events
        ],
        "droppedEventsCount": str(span.dropped_events_count),
        "links": [
            {
                "traceId": link.trace_id.hex(),
                "spanId": link.span_id.hex(),
                "traceState": link.trace_state,
                "attributes": attributes(link.attributes),
            }
            for link in span.links
        ],
        "droppedLinksCount": str(span.dropped_links_count),
        "status": {"code": str(span.status.code), "message": span.status.message},
        "resource": attributes(resource.attributes),
        "scope": {
            "name": scope.name,
            "version": scope.version,
            "attributes": attributes(scope.attributes),
        },
    }


def main():
    spans = []
    for body in bodies(sys.stdin.buffer):
        for resource_spans in request(body).resource_spans:
            for scope_spans in resource_spans.scope_spans:
                for span in scope_spans.spans:
                    spans.append(span_record(span, scope_spans.scope, resource_spans.resource))
    sys.stdout.buffer.write(json.dumps(spans, ensure_ascii=True).encode())


if __name__ == "__main__":
    main()
