"""The XQueue server of Open edX, on loopback and SQLite; run by the Python of its own environment.

    python xqueue_server.py FOLDER PORT

FOLDER/submissions.json is what students handed in; the state of the queue is served at /state/.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

FOLDER, PORT = Path(sys.argv[1]), sys.argv[2]
QUEUE = "dl"

settings.configure(
    DEBUG=False,
    SECRET_KEY="for this test alone",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="xqueue_urls",
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
        "django.contrib.sessions",
        "rest_framework",
        "submissions",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    MEDIA_ROOT=str(FOLDER / "media"),
)
django.setup()


def fill() -> None:
    """Make the user, the queue and the submissions."""
    from django.contrib.auth.models import Group, User
    from submissions.api import create_external_grader_detail

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("grader", password="secret")
    user.groups.add(Group.objects.create(name="xqueue"))
    User.objects.create_user("stranger", password="secret")
    for number, one in enumerate(json.loads((FOLDER / "submissions.json").read_text("utf-8"))):
        student = {
            "student_id": one["student"],
            "course_id": "course",
            "item_id": f"item {number}",
            "item_type": "problem",
        }
        create_external_grader_detail(
            student,
            one["answer"],
            queue_name=QUEUE,
            queue_key="key",
            grader_file_name=one["grader"],
            points_possible=one["points_possible"],
        )


def urls() -> None:
    """Put the server's own paths where the learning system has them."""
    import types

    from django.http import JsonResponse
    from django.urls import include, path
    from submissions.models import ExternalGraderDetail, Score

    def state(request: object) -> JsonResponse:
        found = {}
        for detail in ExternalGraderDetail.objects.select_related("submission__student_item"):
            scores = Score.objects.filter(submission=detail.submission)
            found[detail.submission.student_item.student_id] = {
                "status": detail.status,
                "scores": [[s.points_earned, s.points_possible] for s in scores],
                "failures": detail.num_failures,
                "reply": detail.grader_reply,
            }
        return JsonResponse(found)

    module = types.ModuleType("xqueue_urls")
    module.urlpatterns = [path("xqueue/", include("submissions.urls")), path("state/", state)]
    sys.modules["xqueue_urls"] = module


fill()
urls()
call_command("runserver", f"127.0.0.1:{PORT}", "--noreload", "--nothreading", verbosity=0)
