# Serving only: no torch, no training code, no compiler in the final image.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY model model
COPY serving serving
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim
RUN groupadd --gid 10001 stance && useradd --uid 10001 --gid 10001 --no-create-home stance
COPY --from=build /venv /venv
# By number: Kubernetes cannot tell that a name is not root's. Nothing is written, so the root may be read-only.
USER 10001:10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 STANCE_HOST=0.0.0.0 STANCE_PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['STANCE_PORT'] + '/health/ready', timeout=4)"]
CMD ["python", "-m", "serving"]
