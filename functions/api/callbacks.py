"""Routes that also let in whoever holds a callback token of the deployment in their path."""

import re

from fastapi import Request

from bodies import StrictRoute
from lull import clock
from lull.domain.callbacks import PREFIX
from lull.domain.errors import Unauthenticated
from lull.use_cases import app_deployments

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class CallbackRoute(StrictRoute):
    """Raises Unauthenticated for a token of another deployment, or of one that is past its deadline."""

    def admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token.startswith(PREFIX):
            super().admit(request)
            return
        # As it was typed: it is judged before the path is.
        ids = [str(request.path_params[name]).lower() for name in ("application_id", "deployment_id")]
        if not all(_UUID.fullmatch(each) for each in ids):
            raise Unauthenticated("the callback token is of another deployment")
        request.state.caller = app_deployments.authenticated(token, *ids, at=clock.now())
