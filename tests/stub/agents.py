"""A scripted model and an agent loop for each API: the same task, by every way to make a call."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from tests.stub.task import Question, Task
from tests.stub.turns import Call, Turn, turn

Run = Generator[dict[str, Any], Any, None]
OURS = "headroom_retrieve"
SCHEMA = {"type": "object", "properties": {"page": {"type": "integer"}, "digest": {"type": "string"}}}


def plan(task: Task, **facts: Any) -> dict[tuple[int, int], Turn]:
    """The model's turns by questions asked and results seen; `facts` as `turn` takes them, such as `sizes`."""
    found: dict[tuple[int, int], Turn] = {}
    seen = 0
    for asked, question in enumerate(task.questions, 1):
        for steps in question.turns:
            calls = [Call(step.tool, step.arguments, id=f"step_{seen + n}") for n, step in enumerate(steps)]
            found[asked, seen] = turn(*calls, **facts)
            seen += len(steps)
        found[asked, seen] = turn(question.answer, **facts)
    return found


def model(task: Task, api: str, asks: Callable[[dict[str, Any]], Call | None] | None = None, **facts: Any) -> Any:
    """A model that works through the task, whichever history it is shown.

    `asks` says what it retrieves when it sees a new result: None for nothing. Facts are those of `turn`.
    """
    turns = plan(task, **facts)

    def answer(body: dict[str, Any]) -> Turn:
        asked, results = progress(api, body)
        own = [known for known in results if known.startswith("step_")]
        if asks is not None and results and results[-1].startswith("step_"):
            call = asks(body)
            if call is not None:
                return turn(call, **facts)
        return turns[asked, len(own)]

    return answer


def progress(api: str, body: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Questions asked, and ids of the calls that have results, in order."""
    items = body.get("input" if api == "responses" else "messages") or []
    asked, results = 0, []
    for item in items:
        if item.get("type") == "function_call_output":
            results.append(item["call_id"])
        elif item.get("role") == "tool":
            results.append(item["tool_call_id"])
        elif item.get("role") == "user":
            blocks = [{"type": "text"}] if isinstance(item["content"], str) else item["content"]
            results += [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
            asked += any(block["type"] in ("text", "input_text") for block in blocks)
    return asked, results


def chat_run(task: Task, model_name: str, **facts: Any) -> Run:
    """Chat completions."""
    tools = [
        {"type": "function", "function": {"name": name, "description": text, "parameters": SCHEMA}}
        for name, text in task.tools.items()
    ]
    messages: list[Any] = [{"role": "system", "content": task.system}]
    for question in task.questions:
        messages.append({"role": "user", "content": question.text})
        while True:
            answer = yield {"model": model_name, "messages": list(messages), "tools": tools, **facts}
            message = answer.choices[0].message
            given = {"role": "assistant", "content": message.content}
            calls = [call.model_dump(include={"id", "type", "function"}) for call in message.tool_calls or []]
            for call in calls:
                call["function"] = {key: call["function"][key] for key in ("name", "arguments")}
            messages.append({**given, **({"tool_calls": calls} if calls else {})})
            if not calls:
                check_words(question, message.content)
                break
            for call in calls:
                text = result(task, call["function"]["name"], call["function"]["arguments"])
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": text})


def responses_run(task: Task, model_name: str, **facts: Any) -> Run:
    """Responses, stateless: every item is sent again."""
    tools = [
        {"type": "function", "name": name, "description": text, "parameters": SCHEMA, "strict": False}
        for name, text in task.tools.items()
    ]
    items: list[Any] = []
    for question in task.questions:
        items.append({"role": "user", "content": question.text})
        while True:
            common = {"model": model_name, "instructions": task.system, "tools": tools, "store": False}
            answer = yield {**common, "input": list(items), **facts}
            items += [item.model_dump(exclude_none=True) for item in answer.output]
            calls = [item for item in answer.output if item.type == "function_call"]
            if not calls:
                check_words(question, answer.output_text)
                break
            for call in calls:
                text = result(task, call.name, call.arguments)
                items.append({"type": "function_call_output", "call_id": call.call_id, "output": text})


def messages_run(task: Task, model_name: str, *, marks: bool = False, **facts: Any) -> Run:
    """Anthropic messages; `marks` sets breakpoints as a careful user does: after the system text and at the end."""
    tools = [{"name": name, "description": text, "input_schema": SCHEMA} for name, text in task.tools.items()]
    control = {"cache_control": {"type": "ephemeral"}} if marks else {}
    system: Any = [{"type": "text", "text": task.system, **control}] if marks else task.system
    messages: list[Any] = []
    for question in task.questions:
        messages.append({"role": "user", "content": [{"type": "text", "text": question.text}]})
        while True:
            common = {"model": model_name, "max_tokens": 2000, "system": system, "tools": tools}
            answer = yield {**common, "messages": list(marked(messages, control)), **facts}
            blocks = [block.model_dump(exclude_none=True, include=set(PARAMS[block.type])) for block in answer.content]
            messages.append({"role": "assistant", "content": blocks})
            calls = [block for block in answer.content if block.type == "tool_use"]
            if not calls:
                check_words(question, "".join(block.text for block in answer.content if block.type == "text"))
                break
            results = [
                {
                    "type": "tool_result",
                    "tool_use_id": call.id,
                    "content": result(task, call.name, json.dumps(call.input)),
                }
                for call in calls
            ]
            messages.append({"role": "user", "content": results})


def result(task: Task, tool: str, arguments: str) -> str:
    """What the agent's program answers; it knows its own tools only."""
    return task.result(tool, arguments) if tool in task.tools else f"unknown tool {tool}"


PARAMS = {
    "text": ("type", "text"),
    "tool_use": ("type", "id", "name", "input"),
    "thinking": ("type", "thinking", "signature"),
    "redacted_thinking": ("type", "data"),
}


def marked(messages: list[Any], control: dict[str, Any]) -> Iterator[Any]:
    """The messages with a breakpoint on the very last block."""
    yield from messages[:-1]
    last = messages[-1]
    yield {**last, "content": [*last["content"][:-1], {**last["content"][-1], **control}]}


def check_words(question: Question, text: str) -> None:
    """The agent ends a question with the words of the script; anything else is a fault of what stands between."""
    assert text == question.answer, text[:200]


RUNS: dict[str, Callable[..., Run]] = {"chat": chat_run, "responses": responses_run, "messages": messages_run}


def bodies(run: Run, answers: Callable[[dict[str, Any]], Any]) -> Iterator[dict[str, Any]]:
    """The requests of a run; `answers` makes each call."""
    answer: Any = None
    while True:
        try:
            request = run.send(answer)
        except StopIteration:
            return
        yield request
        answer = answers(request)


def drive(run: Run, answers: Callable[[dict[str, Any]], Any]) -> int:
    """Work through a run; how many calls it took."""
    return sum(1 for _ in bodies(run, answers))


async def adrive(run: Run, answers: Callable[[dict[str, Any]], Any]) -> int:
    """The same where answers are awaited."""
    answer: Any = None
    for calls in range(10_000):
        try:
            request = run.send(answer)
        except StopIteration:
            return calls
        answer = await answers(request)
    return 10_000
