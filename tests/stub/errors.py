"""Error bodies as each provider writes them."""

from __future__ import annotations

from typing import Any

OPENAI = {
    400: ("invalid_request_error", None, "Invalid request."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-stub."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Not supported."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
}
ANTHROPIC = {
    400: ("invalid_request_error", "Invalid request."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "model: unknown"),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed your rate limit."),
    500: ("api_error", "Internal server error"),
    529: ("overloaded_error", "Overloaded"),
}
GOOGLE = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "API keys are not supported by this API."),
    403: ("PERMISSION_DENIED", "Permission denied."),
    404: ("NOT_FOUND", "Requested entity was not found."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
}


def error_body(api: str, status: int, message: str | None = None, param: str | None = None) -> dict[str, Any]:
    """The JSON that comes with an error status."""
    if api == "google":
        name, usual = GOOGLE.get(status, ("UNKNOWN", "Error."))
        return {"error": {"code": status, "message": message or usual, "status": name}}
    if api == "messages":
        kind, usual = ANTHROPIC.get(status, ("api_error", "Error."))
        error = {"type": kind, "message": message or usual}
        return {"type": "error", "error": error, "request_id": "req_stub"}
    kind, code, usual = OPENAI.get(status, ("server_error", None, "Error."))
    return {"error": {"message": message or usual, "type": kind, "param": param, "code": code}}
