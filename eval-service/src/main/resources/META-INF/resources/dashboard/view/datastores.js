import { get } from "../api.js";
import { h } from "../dom.js";
import { bytes, count, duration, number } from "../format.js";
import { link } from "../route.js";
import { table } from "../table.js";

/** Datastores with their indexes, and the services that serve them. */
export async function showDatastores(page) {
  const named = page.query.get("name");
  const [services, used, asked] = await Promise.all([
    get("/api/services", {}, page.signal), get("/api/datastores", {}, page.signal),
    named ? get(`/api/datastores/${encodeURIComponent(named)}`, {}, page.signal).catch((e) => ({ name: named, problem: e.message })) : null,
  ]);
  const datastores = asked && !used.some((it) => it.name === asked.name) ? [asked, ...used] : used;
  const model = services.find((it) => it.model)?.model;
  return h("section", {},
    h("div", { class: "head" }, h("div", {}, h("h1", {}, "Datastores"), h("p", {}, "As index-service has them now, and others that runs have named")), lookUp(named)),
    h("section", { class: "panel" }, h("h2", {}, "Services"), table("Services and whether they answer", [
      { title: "Service", cell: (it) => it.name },
      { title: "State", cell: (it) => h("span", { class: `state ${it.problem ? "away" : "up-and-well"}` }, it.problem ? "Away" : "Answers") },
      { title: "Version", wide: true, cell: (it) => it.version ?? "–" },
      { title: "Says", cell: (it) => it.problem ?? (it.model ? `${it.model.id}, ${it.model.type}, ${it.model.datatype} on ${it.model.device}` : "") },
    ], services)),
    datastores.length === 0 ? h("div", { class: "notice" }, h("p", {}, "index-service has no datastore, and no run has named one."))
      : datastores.map((it) => datastore(it, model)));
}

function lookUp(named) {
  const field = h("input", { id: "name", value: named ?? "", pattern: "[a-z0-9][a-z0-9._-]{0,63}", required: true });
  return h("form", { class: "inline", onsubmit: (event) => {
    event.preventDefault();
    location.hash = link(["datastores"], { name: field.value });
  } }, h("label", { class: "field" }, "Another, by its name", field), h("button", { type: "submit" }, "Look up"));
}

function datastore({ name, state, manifest, index, problem }, model) {
  if (!manifest) {
    return h("section", { class: "panel" }, h("h2", {}, name),
      h("p", {}, h("span", { class: "state away" }, state === "FAILED" ? "Unusable" : "Away"), " ", problem ?? (state === "UNKNOWN" ? "index-service does not answer." : "index-service does not know it: it may not have it any more.")));
  }
  return h("section", { class: "panel" },
    h("h2", {}, name, " ", problem ? h("span", { class: "state away" }, "Unusable") : h("span", { class: "state up-and-well" }, index ? "Served" : state === "UNLOADED" ? "Not opened yet" : "No index yet")),
    problem ? h("p", {}, problem) : null,
    h("dl", { class: "figures" }, [
      ["Keys", count(manifest.keys)], ["Dimension", count(manifest.dimension)],
      index && ["Index", bytes(index.bytes)], index && ["Bytes a key", number(index.bytesPerKey, 1)],
      index && ["Built in", duration(index.buildSeconds)],
      ...(index?.recalls ?? []).map((it) => [`Recall at ${count(it.k)}`, number(it.recall, 3)]),
    ].filter(Boolean).map(([title, value]) => h("div", {}, h("dt", {}, title), h("dd", {}, value)))),
    h("dl", { class: "facts" },
      index ? [h("dt", {}, "Index"), h("dd", {}, index.factory, index.type ? ` (${index.type})` : "", index.nlist ? `, ${count(index.nprobe)} of ${count(index.nlist)} lists searched` : "",
        index.rerankFactor ? `, ${index.rerankFactor} k re-ranked` : "")] : null,
      index?.recallQueries ? [h("dt", {}, "Recall"), h("dd", {}, `measured with ${count(index.recallQueries)} stored keys when the index was built`)] : null,
      h("dt", {}, "Model"), h("dd", {}, whose(manifest, model)),
      h("dt", {}, "index-service"), h("dd", {}, manifest.serviceVersion)),
    (index?.warnings ?? []).map((it) => h("p", { class: "sub" }, it)));
}

function whose(manifest, model) {
  if (!manifest.modelSha256) return "not known";
  if (!model) return h("code", {}, manifest.modelSha256.slice(0, 16), "…");
  return manifest.modelSha256 === model.sha256 ? `${model.id}, which lm-service runs now`
    : h("span", { class: "down" }, "another than lm-service runs now: searches will be refused");
}
