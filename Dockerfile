FROM python:3.11.13-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /tmp/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.txt

FROM python:3.11.13-slim-bookworm

LABEL org.opencontainers.image.title="incident-clips" \
      org.opencontainers.image.description="Incidents on Kafka in, proven lossless video clips out." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"

# The version of an init that only reaps children matters to nobody.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY faust_app.py ./
COPY schemas/ schemas/
COPY topics/ topics/
COPY processors/ processors/
COPY streams/ streams/
RUN mkdir -p mediamtx_clips output && chown 10001:10001 output

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TZ=UTC \
    CLIPS_HTTP__HOST=0.0.0.0

USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s \
    CMD ["python", "faust_app.py", "health"]
ENTRYPOINT ["tini", "--", "python", "faust_app.py"]
CMD ["worker"]
