"""Loopback servers hold requests and answers to the published formats when those are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.testing.servers.openapi import PublishedApi

DOCUMENT = {
    "openapi": "3.0.1",
    "paths": {
        "/letters": {
            "get": {
                "parameters": [
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 10}},
                    {
                        "in": "query",
                        "name": "party",
                        "required": True,
                        "schema": {"type": "array", "items": {"type": "string"}},
                    },
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/L"}}
                            }
                        }
                    }
                },
            }
        },
        "/letters/{id}": {
            "post": {
                "parameters": [
                    {"in": "path", "name": "id", "required": True, "schema": {"type": "string", "format": "uuid"}}
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/L"}}},
                },
                "responses": {"204": {"description": "done"}},
            }
        },
    },
    "components": {
        "schemas": {
            "L": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "string"}, "sent": {"type": "string", "nullable": True}},
                "additionalProperties": False,
            }
        }
    },
}
JSON = {"content-type": "application/json"}


@pytest.fixture
def api(tmp_path: Path) -> PublishedApi:
    path = tmp_path / "letters.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return PublishedApi(path)


def test_what_keeps_to_the_format_has_no_faults(api: PublishedApi) -> None:
    assert [] == api.faults_of_request("GET", "/letters", [("party", "a"), ("limit", "3")], {}, b"")
    assert [] == api.faults_of_answer("GET", "/letters", 200, JSON, b'[{"id": "1", "sent": null}]')
    assert [] == api.faults_of_answer("GET", "/letters", 503, {}, b"")


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "fault"),
    [
        ("GET", "/letterz", [], b"", "is not published"),
        ("GET", "/letters", [("limit", "3")], b"", "party lacks"),
        ("GET", "/letters", [("party", "a"), ("limit", "11")], b"", "greater than the maximum"),
        ("GET", "/letters", [("party", "a"), ("sort", "x")], b"", "unknown query parameter sort"),
        ("POST", "/letters/4f9a3dd0-6f0e-4b4b-8d0c-111111111111", [], b"", "the body is required"),
        ("POST", "/letters/4f9a3dd0-6f0e-4b4b-8d0c-111111111111", [], b"{", "the body is no JSON"),
        ("POST", "/letters/4f9a3dd0-6f0e-4b4b-8d0c-111111111111", [], b'{"id": 3}', "is not of type 'string'"),
        ("POST", "/letters/tre", [], b'{"id": "3"}', "is not a 'uuid'"),
    ],
)
def test_each_way_of_asking_wrongly_is_told(
    api: PublishedApi, method: str, path: str, query: list[tuple[str, str]], body: bytes, fault: str
) -> None:
    (told,) = api.faults_of_request(method, path, query, JSON, body)
    assert fault in told


@pytest.mark.parametrize(
    ("status", "headers", "body", "fault"),
    [
        (404, JSON, b"{}", "the status is not published"),
        (200, JSON, b"[{}]", "'id' is a required property"),
        (200, JSON, b'[{"id": "1", "x": 1}]', "Additional properties"),
        (200, {"content-type": "text/html"}, b"<html>", "text/html is not published"),
    ],
)
def test_each_way_of_answering_wrongly_is_told(
    api: PublishedApi, status: int, headers: dict[str, str], body: bytes, fault: str
) -> None:
    (told,) = api.faults_of_answer("GET", "/letters", status, headers, body)
    assert fault in told


@pytest.mark.parametrize("name", ["altinn-correspondence-v1", "dialogporten-enduser-v1", "altinn-events-subset"])
def test_the_published_documents_load(shared: Path, name: str) -> None:
    api = PublishedApi(shared / "specs" / "altinn" / f"{name}.openapi.json")
    (told,) = api.faults_of_request("GET", "/ingen/slik", [], {}, b"")
    assert "is not published" in told
