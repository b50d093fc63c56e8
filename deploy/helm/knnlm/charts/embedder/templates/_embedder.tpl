{{/* What the containers have in common that run the embedder's command line. */}}
{{- define "embedder.container" -}}
image: {{ include "knnlm.image" (list . "embedder-service" 0) }}
imagePullPolicy: {{ .Values.global.image.pullPolicy }}
env:
  - { name: KNNLM_DATASTORES, value: /datastores }
  - { name: KNNLM_SECURITY_TOKEN_FILE, value: /etc/knnlm-access/token }
  - { name: KNNLM_LM, value: "{{ include "knnlm.of" (list . "lm-service") }}:9001" }
securityContext:
  {{- include "knnlm.security" . | nindent 2 }}
resources:
  {{- include "knnlm.resources" . | nindent 2 }}
{{- end -}}

{{- define "embedder.datastores" -}}
{{ include "knnlm.accessVolume" . }}
- name: datastores
  persistentVolumeClaim: { claimName: {{ include "knnlm.datastores" . }} }
- name: tmp
  emptyDir: { sizeLimit: {{ .Values.resources.scratch }} }
{{- end -}}

{{/* A job's pods cannot be changed, so a job is named after what it does. */}}
{{- define "embedder.job" -}}
{{ include "knnlm.name" . }}-{{ .Values.datastore }}
{{- end -}}
