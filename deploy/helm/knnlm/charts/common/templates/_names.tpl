{{/* Names and labels. A context is that of a service's chart; "knnlm.of" takes (list context service). */}}

{{- define "knnlm.of" -}}
{{- printf "%s-%s" (index . 0).Release.Name (index . 1) | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "knnlm.name" -}}
{{- include "knnlm.of" (list . .Chart.Name) -}}
{{- end -}}

{{- define "knnlm.selector" -}}
{{ include "knnlm.selectorOf" (list . .Chart.Name) }}
{{- end -}}

{{- define "knnlm.selectorOf" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end -}}

{{- define "knnlm.labels" -}}
{{ include "knnlm.selector" . }}
app.kubernetes.io/part-of: knnlm
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* Of (list context image gpus): the image of a name, its variant for GPUs where there are some. */}}
{{- define "knnlm.image" -}}
{{- $image := (index . 0).Values.global.image -}}
{{- $tag := $image.tag | default (index . 0).Chart.AppVersion -}}
{{- printf "%s/%s:%s%s" $image.registry (index . 1) $tag (ternary "-cuda" "" (gt (int (index . 2)) 0)) -}}
{{- end -}}

{{/* The secret of what the services show to each other. */}}
{{- define "knnlm.access" -}}
{{- required "global.access.existingSecret is needed: what the services show to each other" .Values.global.access.existingSecret -}}
{{- end -}}

{{/* The claim that has all datastores. */}}
{{- define "knnlm.datastores" -}}
{{- .Values.global.datastores.existingClaim | default (include "knnlm.of" (list . "datastores")) -}}
{{- end -}}
