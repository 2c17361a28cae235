# The service in one image: pinned and hashed packages, no root, no compiler, the code as it stands.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app PIP_NO_CACHE_DIR=1

COPY requirements.txt /app/requirements.txt
RUN python -m pip install --disable-pip-version-check --root-user-action=ignore --require-hashes --only-binary :all: -r /app/requirements.txt
COPY templates /app/templates
COPY reminders /app/reminders
RUN python -c "from pathlib import Path; from reminders.wording.catalogue_files import compile_all; compile_all(Path('/app/templates/locale'))"
RUN python -m compileall -q /app/reminders && mkdir -p /data && chown 10001:10001 /data

# Without PostgreSQL the database is a file in here: mount a volume, or it is gone with the container.
WORKDIR /data
VOLUME /data
USER 10001:10001

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '8000') + '/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "reminders", "serve"]
