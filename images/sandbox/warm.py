"""Import what a session imports, so that its byte code lies in the image. Runs while the image is built."""

import importlib

MODULES = (
    "IPython.core.completer",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel_launcher",
    "jupyter_server.serverapp",
    "jupyter_server.services.contents.handlers",
    "jupyter_server.services.kernels.handlers",
    "jupyter_server.services.kernels.websocket",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "numpy",
    "pytest",
    "safetensors",
    "tokenizers",
    "torch",
    "torch.nn.functional",
    "transformers",
)

for module in MODULES:
    importlib.import_module(module)
