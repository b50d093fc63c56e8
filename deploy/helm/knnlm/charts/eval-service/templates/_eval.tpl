{{- define "eval-service.database" -}}
{{- $of := .Values.database -}}
{{- $secret := $of.existingSecret | default (and $of.cluster (printf "%s-app" $of.cluster)) -}}
{{- $_ := required "eval-service.database.existingSecret or .cluster is needed: a PostgreSQL" $secret -}}
{{- $keys := .Values.database.keys -}}
{{- range $name, $key := dict "JDBC_URL" $keys.url "USERNAME" $keys.username "PASSWORD" $keys.password }}
- name: QUARKUS_DATASOURCE_{{ $name }}
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: {{ $key }} }
{{- end }}
{{- end -}}

{{- define "eval-service.settings" -}}
{{- $properties := dict
  "quarkus.flyway.migrate-at-start" "false"
  "knnlm.security.token-file" "/etc/knnlm-access/token"
  "knnlm.workers" .Values.workers
  "knnlm.data" "/data"
  "knnlm.texts" "/texts"
  "quarkus.grpc.clients.lm.host" (include "knnlm.of" (list . "lm-service"))
  "quarkus.grpc.clients.lm.load-balancing-policy" "round_robin"
  "quarkus.grpc.clients.index.host" (include "knnlm.of" (list . "index-service"))
  "quarkus.grpc.clients.index.load-balancing-policy" "round_robin"
-}}
{{- if eq (include "knnlm.scheme" .) "https" }}
{{- $_ := set $properties "quarkus.tls.key-store.pem.0.cert" "/etc/knnlm-tls/tls.crt" -}}
{{- $_ := set $properties "quarkus.tls.key-store.pem.0.key" "/etc/knnlm-tls/tls.key" -}}
{{- $_ := set $properties "quarkus.http.ssl-port" "8080" -}}
{{- $_ := set $properties "quarkus.http.insecure-requests" "disabled" -}}
{{- end -}}
{{- if .Values.tasks }}{{ $_ := set $properties "knnlm.tasks" "/tasks" }}{{ end -}}
{{- $_ := required "eval-service.accounts.existingSecret or .openid.url is needed: who may use it" (or .Values.accounts.existingSecret .Values.openid.url) -}}
{{- if .Values.accounts.existingSecret }}{{ $_ := set $properties "knnlm.security.accounts-file" "/etc/knnlm/accounts" }}{{ end -}}
{{- with .Values.openid.url }}
{{- $_ := set $properties "quarkus.oidc.tenant-enabled" "true" -}}
{{- $_ := set $properties "quarkus.oidc.auth-server-url" . -}}
{{- $_ := set $properties "quarkus.oidc.client-id" $.Values.openid.clientId -}}
{{- end -}}
{{ include "knnlm.settings" (list . (merge $properties (include "knnlm.tls" (list . false (list "lm" "index")) | fromYaml))) }}
{{- end -}}
