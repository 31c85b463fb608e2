/* The journal's MESSAGE_ID of each kind of event. They are fixed for good: people search for them, and systemd/beredd.catalog
 * explains each under its id. A new event gets a new id from `systemd-id128 new`, here and in the catalog. */
#ifndef MESSAGE_IDS_H
#define MESSAGE_IDS_H

/* X(event name, id) */
#define MESSAGE_IDS(X) \
    X("opened",              "9be6e1beb5c445ef95e252953a99e413") \
    X("updated",             "d81e7b8a20fe4bdfbbf8438de756772c") \
    X("bundled",             "fc184019705442cd86021ab0fc709bc3") \
    X("callout-started",     "a7b6c9c3cf6a4e10a60a8e9cea1e0184") \
    X("step-begun",          "4ccadbbff63c45c187dcce6e5f0e960f") \
    X("step-skipped",        "ac2408bbba594e9bbd8215d3706c682a") \
    X("page-queued",         "711d557021f743cfa9a43968c805831a") \
    X("page-sent",           "9e9c343076ac470e81e8885c7fea0e2e") \
    X("page-delivered",      "3709688020d2415da57e6741e6a451c2") \
    X("page-failed",         "a0f5320cbf754eecbeccfcc1c4a32a5f") \
    X("acknowledged",        "e4e3caec65574087a44edc9528b74df9") \
    X("declined",            "9714f96934c84ff0bc4a17a03c62a8be") \
    X("released",            "4a3b061d2a8248dca76f6c1ebf75c9cd") \
    X("callout-cancelled",   "ff289f59f80e4348b997d39dba3fffb7") \
    X("repeat-begun",        "85b5a926ce704dd8a84e51fde2be8b39") \
    X("notice-sent",         "0e8cad3bd5464cc5b033feb30f5def42") \
    X("note",                "f18047f9e34844ccae75bda5a28e82ea") \
    X("closed",              "048f9a53c9cb40f0b5d6b6ca4d0aaabe") \
    X("reloaded",            "8ea25494a710403f9bc72da4a4868cb5") \
    X("reload-refused",      "6c1ac1dd476e4706944aa6a2eb680af6") \
    X("degraded",            "0cf4c1e2732640659b89af90b319dea9") \
    X("restored",            "fa923061245f4ddcb670affcf9886fb8") \
    X("duty-changed",        "c919ac3bc1a7471bba16f514c1540dda") \
    X("gap-ahead",           "b26e874f331f4878b89154bdc359030f") \
    X("gateway-state",       "cb413f7a9f3e441fa9740ed5ae35e67a")

#endif
