BEGIN TRANSACTION;
CREATE TABLE application_versions (
    version_id TEXT NOT NULL PRIMARY KEY,
    version_name TEXT NOT NULL UNIQUE,
    version_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
, "application_name" TEXT DEFAULT NULL);
INSERT INTO "application_versions" VALUES('2757f46d-056e-418d-bf3c-f40fe845bd77','wf-1',1795382685000,1795382685000,'mailstead');
CREATE TABLE dbos_migrations (version INTEGER NOT NULL PRIMARY KEY);
INSERT INTO "dbos_migrations" VALUES(125);
CREATE TABLE notifications (
    message_uuid TEXT NOT NULL DEFAULT (hex(randomblob(16))) PRIMARY KEY,
    destination_uuid TEXT NOT NULL,
    topic TEXT,
    message TEXT NOT NULL,
    created_at_epoch_ms INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000), "serialization" TEXT DEFAULT NULL, "consumed" BOOLEAN NOT NULL DEFAULT FALSE, consumed_by_function_id INTEGER,
    FOREIGN KEY (destination_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE "operation_outputs" (
    workflow_uuid TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    function_name TEXT NOT NULL DEFAULT '',
    output TEXT,
    error TEXT,
    child_workflow_id TEXT,
    started_at_epoch_ms INTEGER,
    completed_at_epoch_ms INTEGER,
    serialization TEXT,
    application_name TEXT DEFAULT NULL,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    PRIMARY KEY (workflow_uuid, function_id)
);
INSERT INTO "operation_outputs" VALUES('o32ee76d05280',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382686985,1795382687099,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o1dfdd4f745de',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382687016,1795382687128,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o137164840e7c',1,'see that it is removed','["confirm_removed"]',NULL,NULL,1795382687032,1795382687144,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o01a7654da8b0',1,'now','"2026-11-22T21:24:47.175124+00:00"',NULL,NULL,1795382687172,1795382687175,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o528f08a496e2',1,'see that it is removed','["confirm_removed"]',NULL,NULL,1795382687137,1795382687211,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o32ee76d05280',2,'lay network','["lay_network"]',NULL,NULL,1795382687105,1795382687234,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oc467c2054072',1,'now','"2026-11-22T21:24:47.260013+00:00"',NULL,NULL,1795382687257,1795382687260,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o37689ab2e87b',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382687046,1795382687272,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o1dfdd4f745de',2,'lay network','["lay_network"]',NULL,NULL,1795382687135,1795382687281,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o137164840e7c',2,'withdraw names','["withdraw_names"]',NULL,NULL,1795382687146,1795382687290,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o1dfdd4f745de',3,'make disks','["make_disks"]',NULL,NULL,1795382687284,1795382687299,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('of7f500bf81a4',1,'see that it is removed','["confirm_removed"]',NULL,NULL,1795382687183,1795382687313,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o1dfdd4f745de',4,'start machine','["start_machine"]',NULL,NULL,1795382687306,1795382687326,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o4f6800926da3',1,'withdraw names','["withdraw_names"]',NULL,NULL,1795382687082,1795382687334,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o01a7654da8b0',2,'before','[]',NULL,NULL,1795382687177,1795382687341,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o402fe89db381',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382686879,1795382687350,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('obe08d7718549',1,'withdraw names','["withdraw_names"]',NULL,NULL,1795382686970,1795382687374,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('obe08d7718549',2,'stop machine','["stop_machine"]',NULL,NULL,1795382687383,1795382687434,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o402fe89db381',2,'lay network','["lay_network"]',NULL,NULL,1795382687354,1795382687436,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oed6bbeb4dc7f',1,'see that it is removed','["confirm_removed"]',NULL,NULL,1795382687088,1795382687454,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382687407,1795382687469,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o37689ab2e87b',2,'lay network','["lay_network"]',NULL,NULL,1795382687278,1795382687484,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oc467c2054072',2,'before','[]',NULL,NULL,1795382687262,1795382687501,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o32ee76d05280',3,'make disks','["make_disks"]',NULL,NULL,1795382687241,1795382687511,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o528f08a496e2',2,'withdraw names','["withdraw_names"]',NULL,NULL,1795382687225,1795382687534,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oed6bbeb4dc7f',2,'withdraw names','["withdraw_names"]',NULL,NULL,1795382687461,1795382687545,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o37689ab2e87b',3,'make disks','["make_disks"]',NULL,NULL,1795382687491,1795382687567,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o1d93921f5a31',1,'see that it is removed','["confirm_removed"]',NULL,NULL,1795382687156,1795382687607,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('obe08d7718549',3,'take up network','["take_up_network"]',NULL,NULL,1795382687438,1795382687638,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',2,'lay network','["lay_network"]',NULL,NULL,1795382687475,1795382687659,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o402fe89db381',3,'make disks','["make_disks"]',NULL,NULL,1795382687446,1795382687669,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oed6bbeb4dc7f',3,'stop machine','["stop_machine"]',NULL,NULL,1795382687550,1795382687688,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382687427,1795382687693,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o528f08a496e2',3,'stop machine','["stop_machine"]',NULL,NULL,1795382687538,1795382687715,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('od58d1fe1bc07',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382687449,1795382687734,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o1d93921f5a31',2,'withdraw names','["withdraw_names"]',NULL,NULL,1795382687611,1795382687748,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oed6bbeb4dc7f',4,'take up network','["take_up_network"]',NULL,NULL,1795382687691,1795382687777,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o402fe89db381',4,'start machine','["start_machine"]',NULL,NULL,1795382687672,1795382687829,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o23df6ac9a6f5',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382687814,1795382687846,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',2,'lay network','["lay_network"]',NULL,NULL,1795382687696,1795382687857,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o1dfdd4f745de',5,'make keys','["make_keys"]',NULL,NULL,1795382687329,1795382687863,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o402fe89db381',5,'make keys','["make_keys"]',NULL,NULL,1795382687834,1795382687897,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o528f08a496e2',4,'take up network','["take_up_network"]',NULL,NULL,1795382687725,1795382687908,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o3d05c6c6282a',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382687627,1795382687924,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o37689ab2e87b',4,'start machine',NULL,'{"$error":{"code":"rejected","message":"the host said no","remedy":"ask the host"}}',NULL,1795382687571,1795382687933,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382687810,1795382687952,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',3,'make disks','["make_disks"]',NULL,NULL,1795382687664,1795382687978,'mailstead-json','mailstead',1795382687000);
INSERT INTO "operation_outputs" VALUES('o32ee76d05280',4,'start machine','["start_machine"]',NULL,NULL,1795382687516,1795382688035,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',2,'lay network','["lay_network"]',NULL,NULL,1795382687957,1795382688060,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',4,'start machine','["start_machine"]',NULL,NULL,1795382687983,1795382688081,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o32ee76d05280',5,'make keys','["make_keys"]',NULL,NULL,1795382688045,1795382688091,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec24a0be2956',1,'see that it is removed','["confirm_removed"]',NULL,NULL,1795382687020,1795382688101,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o32ee76d05280',6,'open zones','["open_zones"]',NULL,NULL,1795382688103,1795382688116,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oed6bbeb4dc7f',5,'destroy disks','["destroy_disks"]',NULL,NULL,1795382687786,1795382688123,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o1d93921f5a31',3,'stop machine','["stop_machine"]',NULL,NULL,1795382687752,1795382688143,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o23df6ac9a6f5',2,'lay network','["lay_network"]',NULL,NULL,1795382687851,1795382688157,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o23df6ac9a6f5',3,'make disks','["make_disks"]',NULL,NULL,1795382688164,1795382688174,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o1dfdd4f745de',6,'open zones','["open_zones"]',NULL,NULL,1795382687868,1795382688198,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec24a0be2956',2,'withdraw names','["withdraw_names"]',NULL,NULL,1795382688109,1795382688215,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',5,'make keys','["make_keys"]',NULL,NULL,1795382688090,1795382688235,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o038df0457b73',1,'before','[]',NULL,NULL,1795382687880,1795382688272,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o23df6ac9a6f5',4,'start machine','["start_machine"]',NULL,NULL,1795382688183,1795382688279,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec24a0be2956',3,'stop machine','["stop_machine"]',NULL,NULL,1795382688224,1795382688340,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',6,'open zones','["open_zones"]',NULL,NULL,1795382688243,1795382688362,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec24a0be2956',4,'take up network','["take_up_network"]',NULL,NULL,1795382688363,1795382688377,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o0646b7583aee',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382686914,1795382688395,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec24a0be2956',5,'destroy disks','["destroy_disks"]',NULL,NULL,1795382688392,1795382688432,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o0646b7583aee',2,'lay network','["lay_network"]',NULL,NULL,1795382688403,1795382688466,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec24a0be2956',6,'destroy keys','["destroy_keys"]',NULL,NULL,1795382688441,1795382688488,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',3,'make disks','["make_disks"]',NULL,NULL,1795382687864,1795382688566,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o32ee76d05280',7,'announce next key','["announce_key"]',NULL,NULL,1795382688132,1795382688599,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',7,'announce next key','["announce_key"]',NULL,NULL,1795382688375,1795382688614,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',8,'obtain certificate','["certify"]',NULL,NULL,1795382688619,1795382688627,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',9,'wait for the machine','["await_guest"]',NULL,NULL,1795382688639,1795382688656,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',10,'configure mail server','["configure_mail"]',NULL,NULL,1795382688683,1795382688691,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('oec563bdaffb6',11,'wait for mail','["await_mail"]',NULL,NULL,1795382688694,1795382688718,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o3d05c6c6282a',2,'lay network','["lay_network"]',NULL,NULL,1795382687927,1795382688722,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o3d05c6c6282a',3,'make disks','["make_disks"]',NULL,NULL,1795382688761,1795382688798,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',4,'start machine','["start_machine"]',NULL,NULL,1795382688575,1795382688824,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',5,'make keys','["make_keys"]',NULL,NULL,1795382688831,1795382688859,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',6,'open zones','["open_zones"]',NULL,NULL,1795382688867,1795382688884,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o2ddb8209457a',1,'withdraw names','["withdraw_names"]',NULL,NULL,1795382688919,1795382688939,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o4f6800926da3',2,'stop machine','["stop_machine"]',NULL,NULL,1795382687337,1795382688965,'mailstead-json','mailstead',1795382688000);
INSERT INTO "operation_outputs" VALUES('o490091047dc1',1,'reserve room and numbers','["reserve"]',NULL,NULL,1795382689040,1795382689108,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o490091047dc1',2,'lay network','["lay_network"]',NULL,NULL,1795382689127,1795382689167,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o490091047dc1',3,'make disks','["make_disks"]',NULL,NULL,1795382689180,1795382689203,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',7,'announce next key','["announce_key"]',NULL,NULL,1795382688890,1795382689245,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o490091047dc1',4,'start machine','["start_machine"]',NULL,NULL,1795382689207,1795382689257,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',8,'obtain certificate','["certify"]',NULL,NULL,1795382689263,1795382689302,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o490091047dc1',5,'make keys','["make_keys"]',NULL,NULL,1795382689299,1795382689332,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',9,'wait for the machine','["await_guest"]',NULL,NULL,1795382689330,1795382689355,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o490091047dc1',6,'open zones','["open_zones"]',NULL,NULL,1795382689357,1795382689409,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o490091047dc1',7,'announce next key','["announce_key"]',NULL,NULL,1795382689427,1795382689479,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o490091047dc1',8,'obtain certificate','["certify"]',NULL,NULL,1795382689487,1795382689528,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('o50237dad5f20',10,'configure mail server','["configure_mail"]',NULL,NULL,1795382689391,1795382689554,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',3,'make disks','["make_disks"]',NULL,NULL,1795382688068,1795382689707,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',4,'start machine','["start_machine"]',NULL,NULL,1795382689734,1795382689810,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',5,'make keys','["make_keys"]',NULL,NULL,1795382689814,1795382689855,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',6,'open zones','["open_zones"]',NULL,NULL,1795382689881,1795382689890,'mailstead-json','mailstead',1795382689000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',7,'announce next key','["announce_key"]',NULL,NULL,1795382689896,1795382690010,'mailstead-json','mailstead',1795382690000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',8,'obtain certificate','["certify"]',NULL,NULL,1795382690023,1795382690066,'mailstead-json','mailstead',1795382690000);
INSERT INTO "operation_outputs" VALUES('ob9c55d72f4f1',9,'wait for the machine','["await_guest"]',NULL,NULL,1795382690070,1795382690082,'mailstead-json','mailstead',1795382690000);
CREATE TABLE queues (
    queue_id TEXT PRIMARY KEY DEFAULT (hex(randomblob(16))),
    name TEXT NOT NULL UNIQUE,
    concurrency INTEGER,
    worker_concurrency INTEGER,
    rate_limit_max INTEGER,
    rate_limit_period_sec REAL,
    priority_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    partition_queue BOOLEAN NOT NULL DEFAULT FALSE,
    polling_interval_sec REAL NOT NULL DEFAULT 1.0,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
, "application_name" TEXT DEFAULT NULL, "partition_concurrency" INTEGER DEFAULT NULL, "partition_worker_concurrency" INTEGER DEFAULT NULL, "partition_rate_limit_max" INTEGER DEFAULT NULL, "partition_rate_limit_period_sec" REAL DEFAULT NULL);
INSERT INTO "queues" VALUES('8B5CE97686CF05FE15AB352FB2A5DE7D','platform',64,NULL,NULL,NULL,1,0,0.05,1795382685000,1795382685752,'mailstead',NULL,NULL,NULL,NULL);
CREATE TABLE streams (
    workflow_uuid TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    "offset" INTEGER NOT NULL, function_id INTEGER NOT NULL DEFAULT 0, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, key, "offset"),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_events (
    workflow_uuid TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, key),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_events_history (
    workflow_uuid TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, function_id, key),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_input (
    workflow_uuid TEXT NOT NULL PRIMARY KEY,
    inputs TEXT,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
);
INSERT INTO "workflow_input" VALUES('o322df6642415','{"args":["o322df6642415"],"kwargs":{}}',1795382685000);
INSERT INTO "workflow_input" VALUES('od58d1fe1bc07','{"args":["od58d1fe1bc07"],"kwargs":{}}',1795382685000);
INSERT INTO "workflow_input" VALUES('o0646b7583aee','{"args":["o0646b7583aee"],"kwargs":{}}',1795382685000);
INSERT INTO "workflow_input" VALUES('o3d05c6c6282a','{"args":["o3d05c6c6282a"],"kwargs":{}}',1795382685000);
INSERT INTO "workflow_input" VALUES('o23df6ac9a6f5','{"args":["o23df6ac9a6f5"],"kwargs":{}}',1795382685000);
INSERT INTO "workflow_input" VALUES('o402fe89db381','{"args":["o402fe89db381"],"kwargs":{}}',1795382685000);
INSERT INTO "workflow_input" VALUES('o1dfdd4f745de','{"args":["o1dfdd4f745de"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o32ee76d05280','{"args":["o32ee76d05280"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o490091047dc1','{"args":["o490091047dc1"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('ob9c55d72f4f1','{"args":["ob9c55d72f4f1"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o50237dad5f20','{"args":["o50237dad5f20"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('oec563bdaffb6','{"args":["oec563bdaffb6"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('ob2a0b103c409','{"args":["ob2a0b103c409"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o2ddb8209457a','{"args":["o2ddb8209457a"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o4f6800926da3','{"args":["o4f6800926da3"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('obe08d7718549','{"args":["obe08d7718549"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o6cd1b746cde1','{"args":["o6cd1b746cde1"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('of7f500bf81a4','{"args":["of7f500bf81a4"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o137164840e7c','{"args":["o137164840e7c"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o1d93921f5a31','{"args":["o1d93921f5a31"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o528f08a496e2','{"args":["o528f08a496e2"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('oed6bbeb4dc7f','{"args":["oed6bbeb4dc7f"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('oec24a0be2956','{"args":["oec24a0be2956"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o37689ab2e87b','{"args":["o37689ab2e87b"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o01a7654da8b0','{"args":["o01a7654da8b0"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('oc467c2054072','{"args":["oc467c2054072"],"kwargs":{}}',1795382686000);
INSERT INTO "workflow_input" VALUES('o038df0457b73','{"args":["o038df0457b73"],"kwargs":{}}',1795382686000);
CREATE TABLE workflow_output (
    workflow_uuid TEXT NOT NULL PRIMARY KEY,
    output TEXT,
    error TEXT,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
);
INSERT INTO "workflow_output" VALUES('o37689ab2e87b',NULL,'{"$error":{"code":"rejected","message":"the host said no","remedy":"ask the host"}}',1795382687000);
CREATE TABLE workflow_schedules (
    schedule_id TEXT PRIMARY KEY,
    schedule_name TEXT NOT NULL UNIQUE,
    workflow_name TEXT NOT NULL,
    workflow_class_name TEXT,
    schedule TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'ACTIVE',
    context TEXT NOT NULL
, "last_fired_at" TEXT DEFAULT NULL, "automatic_backfill" BOOLEAN NOT NULL DEFAULT FALSE, "cron_timezone" TEXT DEFAULT NULL, "queue_name" TEXT DEFAULT NULL, "application_name" TEXT DEFAULT NULL);
CREATE TABLE workflow_status (
    workflow_uuid TEXT PRIMARY KEY,
    status TEXT,
    name TEXT,
    authenticated_user TEXT,
    assumed_role TEXT,
    authenticated_roles TEXT,
    request TEXT,
    output TEXT,
    error TEXT,
    executor_id TEXT,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    application_version TEXT,
    application_id TEXT,
    class_name TEXT DEFAULT NULL,
    config_name TEXT DEFAULT NULL,
    recovery_attempts INTEGER DEFAULT 0,
    queue_name TEXT,
    workflow_timeout_ms INTEGER,
    workflow_deadline_epoch_ms INTEGER,
    inputs TEXT,
    started_at_epoch_ms INTEGER,
    deduplication_id TEXT,
    priority INTEGER NOT NULL DEFAULT 0
, queue_partition_key TEXT, forked_from TEXT, "owner_xid" TEXT DEFAULT NULL, "parent_workflow_id" TEXT DEFAULT NULL, "serialization" TEXT DEFAULT NULL, "delay_until_epoch_ms" BIGINT DEFAULT NULL, "was_forked_from" BOOLEAN NOT NULL DEFAULT FALSE, "rate_limited" BOOLEAN NOT NULL DEFAULT FALSE, "completed_at" BIGINT, "attributes" TEXT, "schedule_name" TEXT, "debounce_deadline_epoch_ms" BIGINT DEFAULT NULL, "is_debounced" BOOLEAN NOT NULL DEFAULT FALSE, "application_name" TEXT DEFAULT NULL, "creator_xid" TEXT DEFAULT NULL);
INSERT INTO "workflow_status" VALUES('o322df6642415','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382685000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','ebb39f10-b380-4977-92df-6d055a91973a');
INSERT INTO "workflow_status" VALUES('od58d1fe1bc07','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382685000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','b3a91b67-a4e7-48d3-8ba3-4e643658f632');
INSERT INTO "workflow_status" VALUES('o0646b7583aee','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382685000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','8a11de87-a36a-4e42-931b-cb9a0489b696');
INSERT INTO "workflow_status" VALUES('o3d05c6c6282a','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382685000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','0b7a3151-fe40-486d-bb22-e8f471a67fe1');
INSERT INTO "workflow_status" VALUES('o23df6ac9a6f5','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382685000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','af67ac82-c42f-49a6-9540-757eb9aeeb16');
INSERT INTO "workflow_status" VALUES('o402fe89db381','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382685000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','3123387e-c716-4ccc-9b89-1f441e563b19');
INSERT INTO "workflow_status" VALUES('o1dfdd4f745de','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','462306e0-4764-4931-b4e3-2162fd7d4b56');
INSERT INTO "workflow_status" VALUES('o32ee76d05280','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','91990817-3e0f-4602-a577-5d565362bb76');
INSERT INTO "workflow_status" VALUES('o490091047dc1','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','6b365e48-4315-48be-bee8-184e69fbdf02');
INSERT INTO "workflow_status" VALUES('ob9c55d72f4f1','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','a81f4d30-4a60-49b9-8cea-d2e96bac5087');
INSERT INTO "workflow_status" VALUES('o50237dad5f20','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','f085d805-c177-42cf-9a7c-4f0ba765c341');
INSERT INTO "workflow_status" VALUES('oec563bdaffb6','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','591373c6-daaf-4147-8d47-a338921b8f92');
INSERT INTO "workflow_status" VALUES('ob2a0b103c409','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','a8ee859e-712f-4c8b-8b97-979bad95aa8e');
INSERT INTO "workflow_status" VALUES('o2ddb8209457a','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','4b6f985d-83a2-42b4-8d50-cbdeaae25d4a');
INSERT INTO "workflow_status" VALUES('o4f6800926da3','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','ca5c9ed9-14a6-41c1-96f7-d5dae2d5a36b');
INSERT INTO "workflow_status" VALUES('obe08d7718549','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','0f8d8f89-9ee4-430c-900a-f5a7ba49ac4f');
INSERT INTO "workflow_status" VALUES('o6cd1b746cde1','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','6e5f6d87-984e-4d96-91d8-277caa572167');
INSERT INTO "workflow_status" VALUES('of7f500bf81a4','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','a1786d1a-a8bb-4743-b216-54466b89ca5f');
INSERT INTO "workflow_status" VALUES('o137164840e7c','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','9385f6b0-2e20-49fb-a451-238a1c4fcc76');
INSERT INTO "workflow_status" VALUES('o1d93921f5a31','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','81ab6941-99c7-4f4d-bc5e-b7ac11462829');
INSERT INTO "workflow_status" VALUES('o528f08a496e2','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','1ce4585d-4d4b-4aa7-87f1-5aebb983ce2a');
INSERT INTO "workflow_status" VALUES('oed6bbeb4dc7f','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','83278ce5-8d2f-46fa-bd46-82659dd9d197');
INSERT INTO "workflow_status" VALUES('oec24a0be2956','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','9f1bc111-9217-4d37-8661-95781510bd8f');
INSERT INTO "workflow_status" VALUES('o37689ab2e87b','ERROR','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382687000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,NULL,NULL,'mailstead-json',NULL,0,0,1795382687000,'null',NULL,NULL,0,'mailstead','117bc6be-af00-457a-9a30-50df1ecc7c68');
INSERT INTO "workflow_status" VALUES('o01a7654da8b0','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','13d8e28a-6fc2-4013-9cf6-da78b60be14d');
INSERT INTO "workflow_status" VALUES('oc467c2054072','CANCELLED','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382688000,'wf-1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'mailstead-json',NULL,0,0,1795382688000,'null',NULL,NULL,0,'mailstead','d85c932e-b36a-488a-a85b-bb6468d8aece');
INSERT INTO "workflow_status" VALUES('o038df0457b73','PENDING','mailstead.order',NULL,NULL,NULL,NULL,NULL,NULL,'00000000-0000-4000-8000-000000000001-worker',1795382686000,1795382686000,'wf-1','',NULL,NULL,1,'platform',NULL,NULL,NULL,1795382686000,NULL,0,NULL,NULL,'e2a82bf3-73bb-4237-9cfc-af7efa4f12f1',NULL,'mailstead-json',NULL,0,0,NULL,'null',NULL,NULL,0,'mailstead','6faa3150-7970-46f1-93ed-eefa3a3045ce');
CREATE INDEX workflow_status_created_at_index ON workflow_status (created_at);
CREATE INDEX idx_workflow_topic ON notifications (destination_uuid, topic);
CREATE INDEX "idx_workflow_status_delayed" ON "workflow_status" ("delay_until_epoch_ms") WHERE status = 'DELAYED';
CREATE INDEX "idx_workflow_status_forked_from" ON "workflow_status" ("forked_from") WHERE "forked_from" IS NOT NULL;
CREATE INDEX "idx_workflow_status_parent_workflow_id" ON "workflow_status" ("parent_workflow_id") WHERE "parent_workflow_id" IS NOT NULL;
CREATE UNIQUE INDEX "uq_workflow_status_dedup_id" ON "workflow_status" ("queue_name", "deduplication_id") WHERE "deduplication_id" IS NOT NULL;
CREATE INDEX "idx_workflow_status_pending" ON "workflow_status" ("created_at") WHERE "status" = 'PENDING';
CREATE INDEX "idx_workflow_status_failed" ON "workflow_status" ("status", "created_at") WHERE "status" IN ('ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED');
CREATE INDEX "idx_workflow_status_rate_limited" ON "workflow_status" ("queue_name", "started_at_epoch_ms") WHERE "rate_limited" = TRUE;
CREATE INDEX "idx_workflow_status_completed_at" ON "workflow_status" ("completed_at") WHERE "completed_at" IS NOT NULL;
CREATE INDEX "idx_workflow_status_started_at" ON "workflow_status" ("started_at_epoch_ms") WHERE "started_at_epoch_ms" IS NOT NULL;
CREATE INDEX "idx_workflow_status_schedule_name" ON "workflow_status" ("schedule_name") WHERE "schedule_name" IS NOT NULL;
CREATE UNIQUE INDEX "uq_application_versions_owner_version"
    ON application_versions ("application_name", "version_name")
    WHERE "application_name" IS NOT NULL;
CREATE UNIQUE INDEX "uq_application_versions_unclaimed_version"
    ON application_versions ("version_name")
    WHERE "application_name" IS NULL;
CREATE INDEX idx_workflow_input_retention
    ON workflow_input (retention_timestamp);
CREATE INDEX idx_workflow_output_retention
    ON workflow_output (retention_timestamp);
CREATE INDEX idx_operation_outputs_retention
    ON operation_outputs (retention_timestamp);
CREATE INDEX "idx_workflow_status_in_flight_v2" ON "workflow_status" ("queue_name", "status", "priority", "created_at", "application_name") WHERE "status" IN ('ENQUEUED', 'PENDING');
CREATE INDEX "idx_workflow_status_partition_dequeue_v3" ON "workflow_status" ("queue_name", "status", "queue_partition_key", "priority", "created_at", "workflow_uuid", "application_name") WHERE "status" IN ('ENQUEUED', 'PENDING') AND "queue_partition_key" IS NOT NULL;
CREATE INDEX "idx_operation_outputs_completed_at_function_name_v2" ON "operation_outputs" ("completed_at_epoch_ms", "function_name", "application_name");
CREATE INDEX "idx_workflow_status_deadline" ON "workflow_status" ("workflow_deadline_epoch_ms") WHERE "status" IN ('ENQUEUED', 'PENDING', 'DELAYED') AND "workflow_deadline_epoch_ms" IS NOT NULL;
CREATE INDEX "idx_application_versions_timestamp" ON "application_versions" ("version_timestamp" DESC);
CREATE INDEX "idx_application_versions_owner_timestamp" ON "application_versions" ("application_name", "version_timestamp" DESC);
COMMIT;
