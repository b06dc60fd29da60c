from . import test_install
from . import test_tills
from . import test_worker
