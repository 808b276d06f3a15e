"""All settings, in one file. Each variable it reads is described in docs/operate/settings.md (a house rule checks)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP

from rinnalla.core import env

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "rinnalla"

# What kind of installation this is. `demo` and `test` allow one-click sign-in and plain http; production does not.
ENV = env.choice("RINNALLA_ENV", ("production", "demo", "test"), "production")
PRODUCTION = ENV == "production"
DATA = Path(env.text("RINNALLA_DATA", str(ROOT / "data"))).absolute()
SURFACE = env.choice("RINNALLA_SURFACE", ("all", "public", "staff"), "all")

SECRET_KEY = env.secret("RINNALLA_SECRET_KEY", DATA / "secret.key", why="it signs sessions and links")
MASTER_KEY = env.secret(
    "RINNALLA_MASTER_KEY",
    Path(env.text("RINNALLA_MASTER_KEY_FILE", str(DATA / "master.key"))),
    why="it opens the keys of conversations",
)
DEBUG = False
ALLOWED_HOSTS = env.words("RINNALLA_HOSTS", "localhost,127.0.0.1,[::1]")
# How many proxies stand before `serve`. They must overwrite X-Forwarded-For and X-Forwarded-Proto.
TRUSTED_PROXIES = env.number("RINNALLA_TRUSTED_PROXIES", 0, most=5)
EXIT_URL = env.text("RINNALLA_EXIT_URL", "/calendar/")
# The address of the staff pages, for links in letters. Never taken from a request.
STAFF_URL = env.text("RINNALLA_STAFF_URL", None if PRODUCTION else "http://localhost:8000").rstrip("/")

INSTALLED_APPS = [
    "rinnalla.demo",
    "rinnalla.practice",
    "rinnalla.chat",
    "rinnalla.helpline",
    "rinnalla.people",
    "rinnalla.audit",
    "rinnalla.jobs",
    "rinnalla.sealing",
    "rinnalla.core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "rinnalla.core.middleware.privacy_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rinnalla.people.middleware.require_second_factor",
    "rinnalla.people.middleware.speak_the_persons_language",
    "django_htmx.middleware.HtmxMiddleware",
    "rinnalla.core.middleware.page_when_not_allowed",
]

ROOT_URLCONF = {
    "all": "rinnalla.config.urls",
    "public": "rinnalla.config.urls_public",
    "staff": "rinnalla.config.urls_staff",
}[SURFACE]
WSGI_APPLICATION = None
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "core" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rinnalla.core.context.surface",
                "rinnalla.people.context.staff",
            ],
        },
    }
]

# Databases: content and keys apart, so that a stolen backup of one opens nothing (docs/decisions/0003-keys-apart.md).
_SQLITE = {
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000;"
        ),
    },
}
_POSTGRESQL = {
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    # Django asks psycopg never to prepare a statement; the journal (chat/rows.py) wants its own prepared.
    "OPTIONS": {"application_name": "rinnalla", "prepare_threshold": 5},
}
DATABASES = {
    "default": env.database(
        "DATABASE_URL", f"sqlite:///{DATA}/rinnalla.sqlite3", sqlite=_SQLITE, postgresql=_POSTGRESQL
    ),
    "keys": env.database("KEYS_DATABASE_URL", f"sqlite:///{DATA}/keys.sqlite3", sqlite=_SQLITE, postgresql=_POSTGRESQL),
}
for _alias, _database in DATABASES.items():
    # Tests use files, not memory: threads then see each other's work as they do in life.
    _name = f"{DATA}/test-{_alias}.sqlite3" if "sqlite" in _database["ENGINE"] else f"test_{_database['NAME']}"
    _database["TEST"] = {"NAME": _name}
DATABASES["keys"]["TEST"]["MIGRATE"] = False
DATABASE_ROUTERS = ["rinnalla.sealing.router.KeysApart"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The bus: in this process, or Valkey when there are several.
VALKEY_URL = env.text("VALKEY_URL", "none")
SEVERAL_PROCESSES = VALKEY_URL != "none"
# Open WebSockets in one process; at most as many as the system lets it open files.
MOST_SOCKETS = env.number("RINNALLA_MOST_SOCKETS", 12_000, least=1)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "rinnalla_cache"}
    if SEVERAL_PROCESSES
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# Retention refuses to erase more than this in one run: a floor, and a share of everything kept (promise R8).
RETENTION_FLOOR = env.number("RINNALLA_RETENTION_FLOOR", 200)
RETENTION_SHARE = env.number("RINNALLA_RETENTION_SHARE_PERCENT", 60, most=100) / 100

# How long the record of a worry (a report to the authorities, or the decision not to) is kept after its last step.
WORRY_DAYS = env.number("RINNALLA_WORRY_DAYS", 365, least=1)

# Languages: Finnish first. Public pages carry the language in the address, staff have it on their account.
LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", "suomi"), ("sv", "svenska"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "staff_language"  # set on the sign-in pages only, by rinnalla/people/middleware.py
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("RINNALLA_TIME_ZONE", "Europe/Helsinki")
FORMAT_MODULE_PATH = ["rinnalla.core.formats"]

STATIC_URL = "static/"
STATICFILES_DIRS = [("dist", ROOT / "static" / "dist")]
STATIC_ROOT = ROOT / "static" / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# Where quick exit leads must be named: browsers also hold redirects of forms against `form-action`.
_EXIT = urlsplit(EXIT_URL)
_EXIT_SITE = [f"{_EXIT.scheme}://{_EXIT.netloc}"] if _EXIT.netloc else []
# Nothing from elsewhere, nothing inline. `connect-src 'self'` also lets the WebSocket of the same host through.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF, *_EXIT_SITE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Other sites learn nothing. Not "no-referrer": browsers would then send `Origin: null` with our own forms, too.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
HTTPS = env.yes_or_no("RINNALLA_HTTPS", PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
USE_X_FORWARDED_HOST = False

# Cookies: staff only, and gone with the browser. Help-seekers get none of these (chat/visits.py has theirs).
SESSION_COOKIE_NAME = "staff"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "staff_form"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "rinnalla.core.views.form_expired"
# Notes for the next page may name people: they stay in the session, not in a cookie on the device.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Accounts
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "rinnalla.people.password_rules.FamiliarPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "staff_home"
ACCOUNT_ADAPTER = "rinnalla.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account begins with an invitation that went to the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no letters to addresses that strangers type
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "rinnalla.people.adapters.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # see ACCOUNT_EMAIL_VERIFICATION
MFA_FORMS = {
    "add_webauthn": "rinnalla.people.passkey_forms.AddForm",
    "authenticate_webauthn": "rinnalla.people.passkey_forms.AuthenticateForm",
    "login_webauthn": "rinnalla.people.passkey_forms.LoginForm",
    "reauthenticate_webauthn": "rinnalla.people.passkey_forms.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a code counts for half a minute longer: phones' clocks differ, and people type slowly
MFA_TOTP_ISSUER = "Rinnalla"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
PASSWORD_RESET_TIMEOUT = 3600
INVITATION_DAYS = 7

# Mail
MAIL_FROM = env.text("RINNALLA_MAIL_FROM", "Rinnalla <rinnalla@localhost>")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
MAILERS = {"default": env.mailer("RINNALLA_MAIL_URL", None if PRODUCTION else f"file://{DATA}/mail")}

# Logs: no addresses, no user agents, no paths with identifiers in them (promise S5).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_paths": {"()": "rinnalla.core.logs.WithoutPaths"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_paths"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # It would write down the name that a stranger made up; the answer is 400 and says enough.
        "django.security.DisallowedHost": {"level": "CRITICAL", "propagate": False},
        "fido2": {"level": "WARNING"},  # it would name the passkey at each sign-in
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
