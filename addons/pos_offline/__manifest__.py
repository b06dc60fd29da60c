{
    "name": "Point of Sale Offline",
    "summary": "Every paid order is on disk before a receipt, and reaches the server once",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "license": "LGPL-3",
    "author": "pos-offline contributors",
    "depends": ["point_of_sale"],
    "data": [
        "security/ir.model.access.csv",
        "views/pos_offline_till_views.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": [
            "pos_offline/static/src/**/*.js",
            "pos_offline/static/src/**/*.xml",
            ("remove", "pos_offline/static/src/service_worker.js"),
        ],
    },
    "pre_init_hook": "pre_init_hook",
}
