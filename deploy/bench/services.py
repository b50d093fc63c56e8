"""The running services, through gRPC stubs made from the project's contracts."""
import contextlib
import importlib
import re
import subprocess
import sys
from pathlib import Path

import grpc
import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def stubs(folder):
    """Generates the Python stubs into a folder and imports them."""
    from grpc_tools import protoc
    protos = ROOT / "proto/src/main/proto"
    files = [str(f.relative_to(protos)) for f in protos.rglob("*.proto")]
    if protoc.main(["protoc", f"-I{protos}", f"--python_out={folder}", f"--grpc_python_out={folder}", *files]):
        raise SystemExit("protoc failed")
    sys.path.insert(0, str(folder))
    names = {"lm": "knnlm.lm.v1.lm", "index": "knnlm.index.v1.index", "embedder": "knnlm.embedder.v1.embedder"}
    return {k: (importlib.import_module(v + "_pb2"), importlib.import_module(v + "_pb2_grpc")) for k, v in names.items()}


@contextlib.contextmanager
def up(model, data):
    """Starts the services on a model and yields their ports by name."""
    process = subprocess.Popen([ROOT / "deploy/local/up", "--model", model, "--data", data],
                               stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            ports = re.findall(r"(lm|index|embedder|eval)-service \S*127\.0\.0\.1:(\d+)", line)
            if len(ports) == 4:
                yield {name: int(port) for name, port in ports}
                return
        raise SystemExit("the services did not start")
    finally:
        process.terminate()
        process.wait()


class Services:
    """Thin calls, arrays in and out."""

    def __init__(self, ports, generated):
        options = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]
        self.lm_pb, lm = generated["lm"]
        self.index_pb, index = generated["index"]
        self.embedder_pb, embedder = generated["embedder"]
        channel = {name: grpc.insecure_channel(f"127.0.0.1:{port}", options) for name, port in ports.items()}
        self.lm = lm.LanguageModelStub(channel["lm"])
        self.index = index.NearestNeighborsStub(channel["index"])
        self.embedder = embedder.EmbedderStub(channel["embedder"])

    def score(self, batch, first_target=1, datastore=None):
        """Log probabilities of the tokens from first_target on of each sequence, with retrieval from a datastore."""
        request = self.lm_pb.ScoreRequest()
        for ids in batch:
            request.sequences.add(token_ids=ids, first_target=first_target)
        if datastore:
            request.retrievals.add(datastore=datastore, k=1024, temperature=10, **{"lambda": 0.2})
        field = "retrieval_log_probs" if datastore else "log_probs"
        return [np.frombuffer(getattr(reply, field).data, np.float32) for reply in self.lm.Score(request)]

    def generate(self, prompts, new):
        """Greedy continuations."""
        request = self.lm_pb.GenerateRequest(max_new_tokens=new, ignore_eos=True)
        for ids in prompts:
            request.prompts.add().tokens.token_ids.extend(ids)
        out = [[] for _ in prompts]
        for reply in self.lm.Generate(request):
            out[reply.prompt].append(reply.token_id)
        return out

    def make_datastore(self, name, corpus):
        """Makes a datastore from a JSONL file; returns its number of keys."""
        self.embedder.CreateDatastore(self.embedder_pb.CreateDatastoreRequest(name=name, corpus=str(corpus)))
        for _ in self.embedder.WatchDatastore(self.embedder_pb.WatchDatastoreRequest(name=name)):
            pass
        return self.embedder.DescribeDatastore(self.embedder_pb.DescribeDatastoreRequest(name=name)).num_keys

    def build_index(self, name, **settings):
        """Builds a datastore's index with fields of BuildIndexRequest; returns what was built."""
        replies = self.index.BuildIndex(self.index_pb.BuildIndexRequest(datastore=name, **settings))
        return list(replies)[-1].index

    def search(self, name, queries, k, nprobe=None):
        """Squared distances and ids of the k nearest keys of each query; without nprobe by the index's own."""
        queries = np.ascontiguousarray(queries, np.float32)
        request = self.index_pb.SearchRequest(datastore=name, k=k, nprobe=nprobe)
        request.queries.datatype = 3
        request.queries.shape.extend(queries.shape)
        request.queries.data = queries.tobytes()
        replies = list(self.index.Search(request))
        distances = [np.frombuffer(r.distances.data, np.float32).reshape(-1, k) for r in replies]
        ids = [np.frombuffer(r.ids.data, np.int64).reshape(-1, k) for r in replies]
        return np.concatenate(distances), np.concatenate(ids)

    def probabilities(self, name, queries, targets, softmaxes):
        """p_kNN of one target token per query under each (k, temperature), [softmaxes, queries]."""
        queries = np.ascontiguousarray(queries, np.float32)
        request = self.index_pb.TokenProbabilitiesRequest(datastore=name, target_token_ids=targets)
        request.queries.datatype = 3
        request.queries.shape.extend(queries.shape)
        request.queries.data = queries.tobytes()
        for k, temperature in softmaxes:
            request.softmaxes.add(k=k, temperature=temperature)
        replies = list(self.index.TokenProbabilities(request))
        return np.concatenate([np.frombuffer(r.probabilities.data, np.float32).reshape(len(softmaxes), -1) for r in replies], 1)
