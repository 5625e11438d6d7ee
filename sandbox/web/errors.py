"""The one shape of an HTTP error, and which of our exceptions becomes which."""

from __future__ import annotations

import logging
import secrets

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sandbox.store.database import StorageFault

_log = logging.getLogger(__name__)


class WebError(Exception):
    """Safe to show."""

    def __init__(self, status: int, code: str, message: str, hint: str) -> None:
        self.status, self.code, self.message, self.hint = status, code, message, hint
        super().__init__(message)


def no_seat() -> WebError:
    return WebError(401, "no_seat", "This browser has no seat here.", "Open the link that you were sent.")


def no_key() -> WebError:
    return WebError(401, "no_key", "The API key is missing or unknown.", "Send it as the user of HTTP Basic.")


def no_interview() -> WebError:
    return WebError(404, "interview_unknown", "There is no such interview.", "Check the address.")


def focus_block() -> WebError:
    return WebError(
        409,
        "focus_block",
        "The candidate is in a focus block; nobody looks at their work now.",
        "Open this again when the block is over.",
    )


def no_evidence() -> WebError:
    return WebError(
        404, "no_evidence", "There is no such file.", "It is there once a judgement has been made."
    )


def marks_first() -> WebError:
    return WebError(
        409,
        "marks_first",
        "This file tells what the machine suggests, and you have not marked both axes.",
        "File your marks and open it again.",
    )


def no_delivery() -> WebError:
    return WebError(404, "no_delivery", "There is no such delivery.", "Reload the page.")


def answer(status: int, code: str, message: str, hint: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message, "hint": hint}}, status_code=status)


def install(app: FastAPI) -> None:
    """Every failure leaves as JSON in the protocol's shape, without a trace of the inside."""

    @app.exception_handler(WebError)
    def web_error(_request: Request, error: WebError) -> JSONResponse:
        return answer(error.status, error.code, error.message, error.hint)

    @app.exception_handler(StorageFault)
    def storage_fault(_request: Request, error: StorageFault) -> JSONResponse:
        return answer(503, "storage", str(error), "Try again once that is done.")

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
        return answer(422, "invalid", f"{where}: {first['msg']}", "Correct it and send it again.")

    @app.exception_handler(HTTPException)
    def http(_request: Request, error: HTTPException) -> JSONResponse:
        return answer(error.status_code, "http", str(error.detail), "Check the address.")

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        number = secrets.token_hex(4)
        _log.error("%s on %s", number, request.url.path, exc_info=error)
        return answer(
            500, "internal", "Something failed on our side.", f"The server's log has it as {number}."
        )
