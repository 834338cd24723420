"""The GraphQL endpoint: who may ask, which document is refused, and how failures are told (mostly with HTTP 200)."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    parse,
    specified_rules,
    validate,
)
from graphql.utilities import value_from_ast_untyped

from sim.runpod import keys
from sim.runpod.calls import Operation
from sim.runpod.graphql_roots import roots
from sim.runpod.wire import Json, Refusal, SimRequest, SimResponse, json_response
from sim.runpod.world import World

#: Fields that RunPod answers without a key.
_OPEN = frozenset({"gpuTypes"})


def operation_of(request: SimRequest) -> Operation:
    """A call is named by the first field of the operation it runs."""
    try:
        asked = _read(request.body)
        definition = _selected(asked)
    except (Refusal, GraphQLError):
        return Operation("graphql:malformed")
    fields = [node for node in definition.selection_set.selections if isinstance(node, FieldNode)]
    if not fields:
        return Operation("graphql:malformed")
    return Operation(f"graphql:{fields[0].name.value}", _pod_of(fields[0], asked["variables"]))


def execute(world: World, request: SimRequest, operation: Operation) -> SimResponse:
    """The answer to a document: 401 and 403 for keys, 400 for one that is malformed, else 200 with data or errors."""
    try:
        asked = _read(request.body)
        document = parse(asked["query"])
        definition = _selected(asked)
        _check_key(request, definition)
    except Refusal as refusal:
        return json_response(refusal.status, {"errors": [{"message": refusal.detail}]})
    except GraphQLError as wrong:
        return _malformed([wrong])
    schema = _schema()
    wrongs = validate(schema, document, [*specified_rules, NoSchemaIntrospectionCustomRule])
    if wrongs:
        return _malformed(wrongs)
    result = execute_sync(
        schema,
        document,
        root_value=roots(world, operation),
        variable_values=asked["variables"],
        operation_name=asked["operationName"],
    )
    return _answered(result)


@cache
def _schema() -> GraphQLSchema:
    return build_schema((Path(__file__).parent / "schema.graphql").read_text(encoding="utf-8"))


def _read(body: bytes) -> Json:
    try:
        asked = json.loads(body)
    except ValueError as wrong:
        raise Refusal(HTTPStatus.BAD_REQUEST, "POST body is not valid JSON") from wrong
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        raise Refusal(HTTPStatus.BAD_REQUEST, "POST body must contain a query")
    variables = asked.get("variables") or {}
    if not isinstance(variables, dict):
        raise Refusal(HTTPStatus.BAD_REQUEST, "variables must be an object")
    return {"query": asked["query"], "variables": variables, "operationName": asked.get("operationName")}


def _selected(asked: Json) -> OperationDefinitionNode:
    """The operation that the request runs. Raises GraphQLError where the document names none such."""
    definitions = [node for node in parse(asked["query"]).definitions if isinstance(node, OperationDefinitionNode)]
    wanted = asked["operationName"]
    named = [node for node in definitions if wanted is None or (node.name and node.name.value == wanted)]
    if not named:
        raise GraphQLError(f"Unknown operation named '{wanted}'." if wanted else "Must provide an operation.")
    return named[0]


def _check_key(request: SimRequest, definition: OperationDefinitionNode) -> None:
    fields = {node.name.value for node in definition.selection_set.selections if isinstance(node, FieldNode)}
    if fields and fields <= _OPEN:
        return
    key = keys.key_of(request, in_query=True)
    if definition.operation is OperationType.MUTATION:
        keys.require_write(key)


def _pod_of(field: FieldNode, variables: dict[str, Any]) -> str | None:
    for argument in field.arguments or ():
        if argument.name.value == "input":
            value = value_from_ast_untyped(argument.value, variables)
            pod = value.get("podId") if isinstance(value, dict) else None
            return pod if isinstance(pod, str) else None
    return None


def _malformed(wrongs: list[GraphQLError]) -> SimResponse:
    errors = [{**wrong.formatted, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}} for wrong in wrongs]
    return json_response(HTTPStatus.BAD_REQUEST, {"errors": errors})


def _answered(result: ExecutionResult) -> SimResponse:
    answer: Json = {"data": result.data}
    if result.errors:
        answer["errors"] = [dict(error.formatted) for error in result.errors]
    response = json_response(HTTPStatus.OK, answer)
    return replace(response, headers={**response.headers, "cache-control": "no-store"})
