# pnst as a BIDS-App. Research software, not a medical device.
#   make wheel && docker build -t pnst:0.2.0 .
#   docker run --rm --read-only --tmpfs /tmp -u "$(id -u):$(id -g)" -v DATASET:/data:ro -v OUT:/out pnst:0.2.0 /data /out participant
FROM python:3.12-slim

LABEL org.opencontainers.image.title="pnst" \
      org.opencontainers.image.version="0.2.0" \
      org.opencontainers.image.licenses="BSD-3-Clause" \
      org.opencontainers.image.description="Measures peripheral nerve sheath tumours on MRI. Not a medical device."

# Nothing is written but OUT and /tmp. A session has one core; --workers says how many sessions at once.
ENV OMP_NUM_THREADS=1 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib \
    PYTHONDONTWRITEBYTECODE=1 \
    PNST_CONTAINER="docker pnst:0.2.0"

COPY requirements/runtime.txt build/dist/pnst-0.2.0-py3-none-any.whl /opt/pnst/

RUN python -m pip install --no-cache-dir --only-binary :all: --require-hashes -r /opt/pnst/runtime.txt && \
    python -m pip install --no-cache-dir --no-deps --no-index /opt/pnst/pnst-0.2.0-py3-none-any.whl

USER nobody
ENTRYPOINT ["pnst-bids"]
CMD ["--help"]
