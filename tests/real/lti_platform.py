"""The LTI 1.3 platform of Open edX, on loopback; run by the Python of its own environment.

    python lti_platform.py FOLDER PORT

FOLDER/tool.pem is the tool's public key. /state/ serves the client id and where the services are,
and what is stored; /forget/ makes every token invalid, as an hour would. The names and roles of a
course are no part of this platform: it answers with the members in FOLDER/members.json.
"""

from __future__ import annotations

import json
import sys
import types
import uuid
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

FOLDER, PORT = Path(sys.argv[1]), sys.argv[2]
BASE = f"http://127.0.0.1:{PORT}"

settings.configure(
    DEBUG=False,
    SECRET_KEY="for this test alone",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="lti_urls",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "db.sqlite",
            "OPTIONS": {"timeout": 20},
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "lti_consumer",
    ],
    MIDDLEWARE=[],
    LMS_ROOT_URL=BASE,
    LTI_BASE=BASE,
    LTI_API_BASE=BASE,
    USAGE_ID_PATTERN=r"(?P<usage_id>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))",
    FEATURES={},
)
# What only the learning system around this package has.
for name in ("lms", "lms.djangoapps"):
    sys.modules.setdefault(name, types.ModuleType(name))
django.setup()


def fill() -> tuple[object, object]:
    """Make a tool whose grades the platform takes, and return it with its passport."""
    from lti_consumer.models import Lti1p3Passport, LtiConfiguration

    call_command("migrate", verbosity=0)
    passport = Lti1p3Passport.objects.create(
        lti_1p3_tool_public_key=(FOLDER / "tool.pem").read_text()
    )
    tool = LtiConfiguration.objects.create(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        config_id=uuid.uuid4(),
        lti_1p3_passport=passport,
        lti_1p3_launch_url=BASE,
        lti_1p3_oidc_url=BASE,
        lti_advantage_ags_mode=LtiConfiguration.LTI_ADVANTAGE_AGS_PROGRAMMATIC,
    )
    return tool, passport


def urls(tool: object, passport: object) -> None:
    """Put the platform's own paths where the learning system has them."""
    from django.http import JsonResponse
    from django.urls import include, path
    from lti_consumer.models import LtiAgsLineItem, LtiAgsScore

    def state(request: object) -> JsonResponse:
        scores = LtiAgsScore.objects.order_by("line_item", "user_id")
        items = LtiAgsLineItem.objects.order_by("pk")
        return JsonResponse({
            "client_id": passport.lti_1p3_client_id,
            "token_url": f"{BASE}/api/lti_consumer/v1/token/{passport.passport_id}",
            "line_items": f"{BASE}/api/lti_consumer/v1/lti/{tool.pk}/lti-ags",
            "items": [[i.label, i.score_maximum, i.resource_id, i.tag] for i in items],
            "scores": {
                s.user_id: [s.score_given, s.score_maximum, s.comment, s.timestamp.isoformat()]
                for s in scores
            },
        })  # fmt: skip

    def forget(request: object) -> JsonResponse:
        passport.lti_1p3_internal_private_key = ""
        passport.save()
        return JsonResponse({"new key": bool(passport.lti_1p3_private_key)})

    def members(request: object) -> JsonResponse:
        return JsonResponse(json.loads((FOLDER / "members.json").read_text("utf-8")))

    module = types.ModuleType("lti_urls")
    module.urlpatterns = [
        path("api/", include("lti_consumer.plugin.urls")),
        path("state/", state),
        path("forget/", forget),
        path("members/", members),
    ]
    sys.modules["lti_urls"] = module


urls(*fill())
call_command("runserver", f"127.0.0.1:{PORT}", "--noreload", "--nothreading", verbosity=0)
