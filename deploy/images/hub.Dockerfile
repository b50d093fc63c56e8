# Fills the volume of a model: the hub's own command line, hf.
FROM python:3.13-slim
RUN pip install --no-cache-dir huggingface_hub==2.4.0
ENV HOME=/tmp HF_HOME=/tmp/hub HF_HUB_DISABLE_TELEMETRY=1
USER 10001:10001
VOLUME /tmp
# It ends when its work is done
HEALTHCHECK NONE
ENTRYPOINT ["hf"]
