{
    "name": "PDC POS Offline: the three old files",
    "summary": "The legacy module's file names, with the library of Point of Sale Offline behind them",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "license": "LGPL-3",
    "author": "pos-offline contributors",
    "depends": ["pos_offline"],
}
