-- A counter's database of schema version 2 with some rows; PRAGMA statements at the end make it one.
PRAGMA foreign_keys=OFF;
BEGIN;
CREATE TABLE outbox (
	effect_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	order_id TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('queued', 'doing', 'done', 'dropped')),
	attempts INTEGER NOT NULL,
	not_before INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	last_error TEXT,
	finished_at INTEGER,
	PRIMARY KEY (effect_id),
	UNIQUE (kind, subject)
)
 STRICT;
CREATE TABLE ledger (
	seq INTEGER NOT NULL,
	kind TEXT NOT NULL,
	actor TEXT NOT NULL,
	at INTEGER NOT NULL,
	body TEXT NOT NULL,
	prev_hash TEXT NOT NULL CHECK (length(prev_hash) = 64),
	hash TEXT NOT NULL CHECK (length(hash) = 64),
	PRIMARY KEY (seq)
)
 STRICT;
CREATE TABLE numbers (
	series TEXT NOT NULL,
	fy TEXT NOT NULL,
	last_no INTEGER NOT NULL CHECK (last_no BETWEEN 1 AND 999999),
	PRIMARY KEY (series, fy)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE tokens (
	day INTEGER NOT NULL,
	last_no INTEGER NOT NULL,
	PRIMARY KEY (day)
)
 STRICT;
CREATE TABLE pictures (
	reference TEXT NOT NULL,
	token TEXT NOT NULL,
	sealed BLOB,
	acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
	closed INTEGER NOT NULL CHECK (closed IN (0, 1)),
	PRIMARY KEY (reference),
	UNIQUE (token)
)
 STRICT;
CREATE TABLE notes (
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE items (
	item_id INTEGER NOT NULL,
	barcode TEXT NOT NULL,
	name TEXT NOT NULL,
	price INTEGER NOT NULL CHECK (price >= 0),
	mrp INTEGER CHECK (mrp >= 0),
	price_includes_tax INTEGER NOT NULL CHECK (price_includes_tax IN (0, 1)),
	gst_rate INTEGER NOT NULL CHECK (gst_rate >= 0),
	hsn TEXT NOT NULL,
	unit TEXT NOT NULL,
	category TEXT NOT NULL,
	tax_class TEXT NOT NULL,
	cess_rate INTEGER NOT NULL CHECK (cess_rate >= 0),
	cess_per_unit INTEGER NOT NULL CHECK (cess_per_unit >= 0),
	quick_order INTEGER,
	active INTEGER DEFAULT 1 NOT NULL CHECK (active IN (0, 1)),
	PRIMARY KEY (item_id),
	UNIQUE (barcode)
)
 STRICT;
CREATE TABLE tallies (
	name TEXT NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (name)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE sale_lines (
	order_id TEXT NOT NULL,
	line_no INTEGER NOT NULL,
	name TEXT NOT NULL,
	qty INTEGER NOT NULL CHECK (qty > 0),
	price INTEGER NOT NULL CHECK (price >= 0),
	price_includes_tax INTEGER NOT NULL CHECK (price_includes_tax IN (0, 1)),
	gst_rate INTEGER NOT NULL CHECK (gst_rate >= 0),
	gross INTEGER NOT NULL CHECK (gross >= 0),
	discount INTEGER NOT NULL CHECK (discount >= 0),
	bill_discount INTEGER NOT NULL CHECK (bill_discount >= 0),
	net INTEGER NOT NULL CHECK (net >= 0),
	taxable INTEGER NOT NULL CHECK (taxable >= 0),
	cgst INTEGER NOT NULL CHECK (cgst >= 0),
	sgst INTEGER NOT NULL CHECK (sgst >= 0),
	igst INTEGER NOT NULL CHECK (igst >= 0),
	cess INTEGER NOT NULL CHECK (cess >= 0),
	total INTEGER NOT NULL CHECK (total >= 0),
	item_id INTEGER,
	barcode TEXT NOT NULL,
	mrp INTEGER CHECK (mrp >= 0),
	hsn TEXT NOT NULL,
	unit TEXT NOT NULL,
	tax_class TEXT NOT NULL,
	cess_rate INTEGER NOT NULL CHECK (cess_rate >= 0),
	cess_per_unit INTEGER NOT NULL CHECK (cess_per_unit >= 0),
	PRIMARY KEY (order_id, line_no),
	FOREIGN KEY(order_id) REFERENCES sales (order_id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE collects (
	reference TEXT NOT NULL,
	order_id TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('link', 'qr')),
	state TEXT NOT NULL,
	gateway TEXT NOT NULL,
	amount INTEGER NOT NULL CHECK (amount > 0),
	created_at INTEGER NOT NULL,
	gateway_id TEXT,
	url TEXT,
	upi_payload TEXT,
	image_url TEXT,
	provider_order_id TEXT,
	expires_at INTEGER,
	closed_at INTEGER,
	reason TEXT,
	next_ask_at INTEGER,
	asked_at INTEGER,
	asks INTEGER NOT NULL,
	last_error TEXT,
	PRIMARY KEY (reference),
	UNIQUE (order_id, attempt),
	FOREIGN KEY(order_id) REFERENCES sales (order_id)
)
 STRICT;
CREATE TABLE messages (
	message_id TEXT NOT NULL,
	order_id TEXT NOT NULL,
	purpose TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	channel TEXT NOT NULL CHECK (channel IN ('whatsapp', 'sms')),
	"to" TEXT NOT NULL,
	state TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	template TEXT NOT NULL,
	parameters TEXT NOT NULL,
	body TEXT,
	media_url TEXT,
	url TEXT,
	url_suffix TEXT,
	sid TEXT,
	code INTEGER,
	reason TEXT,
	not_before INTEGER NOT NULL,
	polls INTEGER NOT NULL,
	PRIMARY KEY (message_id),
	UNIQUE (order_id, purpose, attempt),
	FOREIGN KEY(order_id) REFERENCES sales (order_id)
)
 STRICT;
CREATE TABLE pages (
	order_id TEXT NOT NULL,
	revision INTEGER NOT NULL,
	content BLOB NOT NULL,
	pdf BLOB,
	acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
	PRIMARY KEY (order_id, revision),
	FOREIGN KEY(order_id) REFERENCES sales (order_id)
)
 STRICT;
CREATE VIRTUAL TABLE items_fts USING fts5(name, content='items', content_rowid='item_id', tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'", prefix='1 2 3');
CREATE TABLE facts (
	fact_seq INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	reference TEXT NOT NULL, 
	seen_at INTEGER NOT NULL, 
	gateway TEXT NOT NULL, 
	payment_id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	amount INTEGER NOT NULL CHECK (amount >= 0), 
	currency TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	method TEXT NOT NULL, 
	amount_refunded INTEGER NOT NULL CHECK (amount_refunded >= 0), 
	rrn TEXT, 
	vpa TEXT, 
	error_reason TEXT, 
	provider_order_id TEXT, 
	PRIMARY KEY (fact_seq), 
	UNIQUE (gateway, payment_id, status, amount_refunded)
)
 STRICT;
CREATE TABLE flags (
	flag_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	amount INTEGER NOT NULL CHECK (amount >= 0), 
	at INTEGER NOT NULL, 
	state TEXT NOT NULL CHECK (state IN ('open', 'closed')), 
	detail TEXT NOT NULL, 
	action TEXT NOT NULL, 
	closed_at INTEGER, 
	closed_by TEXT, 
	resolution TEXT, 
	PRIMARY KEY (flag_id), 
	UNIQUE (order_id, kind, detail), 
	CHECK ((state = 'closed') = (closed_at IS NOT NULL)), 
	CHECK ((state = 'closed') = (closed_by IS NOT NULL)), 
	CHECK ((state = 'closed') = (resolution IS NOT NULL))
)
 STRICT;
CREATE TABLE people (
	person_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL CHECK (role IN ('cashier', 'manager')), 
	pin_hash TEXT NOT NULL CHECK (pin_hash GLOB '*[^0-9]*'), 
	created_at INTEGER NOT NULL, 
	failures INTEGER NOT NULL CHECK (failures >= 0), 
	locked_until INTEGER, 
	PRIMARY KEY (person_id)
)
 STRICT;
CREATE TABLE refund_facts (
	fact_seq INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	seen_at INTEGER NOT NULL, 
	gateway TEXT NOT NULL, 
	refund_id TEXT NOT NULL, 
	payment_id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	amount INTEGER NOT NULL CHECK (amount >= 0), 
	currency TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	"key" TEXT, 
	bank_ref TEXT, 
	reason TEXT, 
	PRIMARY KEY (fact_seq), 
	UNIQUE (gateway, refund_id, status)
)
 STRICT;
CREATE TABLE refunds (
	"key" TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	gateway TEXT NOT NULL, 
	payment_id TEXT NOT NULL, 
	amount INTEGER NOT NULL CHECK (amount > 0), 
	reason TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	asked_by TEXT NOT NULL, 
	approved_by TEXT NOT NULL, 
	provider_order_id TEXT, 
	attempt INTEGER NOT NULL CHECK (attempt > 0), 
	lines TEXT NOT NULL, 
	refund_id TEXT, 
	bank_ref TEXT, 
	next_ask_at INTEGER, 
	asked_at INTEGER, 
	asks INTEGER NOT NULL, 
	last_error TEXT, 
	done_at INTEGER, 
	PRIMARY KEY ("key")
)
 STRICT;
CREATE TABLE sales (
	order_id TEXT NOT NULL, 
	token_no INTEGER NOT NULL, 
	state TEXT NOT NULL CHECK (state IN ('awaiting', 'issued', 'abandoned')), 
	counter TEXT NOT NULL, 
	cashier TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	taxable INTEGER NOT NULL CHECK (taxable >= 0), 
	cgst INTEGER NOT NULL CHECK (cgst >= 0), 
	sgst INTEGER NOT NULL CHECK (sgst >= 0), 
	igst INTEGER NOT NULL CHECK (igst >= 0), 
	cess INTEGER NOT NULL CHECK (cess >= 0), 
	total INTEGER NOT NULL CHECK (total >= 0), 
	round_off INTEGER NOT NULL, 
	payable INTEGER NOT NULL CHECK (payable >= 0), 
	supplier_state TEXT NOT NULL, 
	place_of_supply TEXT NOT NULL, 
	scheme TEXT NOT NULL, 
	due INTEGER NOT NULL CHECK (due >= 0), 
	bill_hash TEXT NOT NULL, 
	link_token TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	phone TEXT, 
	consent_purpose TEXT, 
	consent_asked_by TEXT, 
	consent_at INTEGER, 
	consent_text_version TEXT, 
	invoice_number TEXT, 
	issued_at INTEGER, 
	confirmed_by TEXT, 
	handed_over_at INTEGER, 
	handed_over_by TEXT, 
	remote INTEGER NOT NULL CHECK (remote IN (0, 1)), 
	day INTEGER NOT NULL, 
	hour INTEGER NOT NULL, 
	PRIMARY KEY (order_id), 
	UNIQUE (link_token), 
	UNIQUE (invoice_number), 
	CHECK ((state = 'issued') = (invoice_number IS NOT NULL)), 
	CHECK ((state = 'issued') = (issued_at IS NOT NULL)), 
	CHECK (payable = total + round_off), 
	CHECK (hour BETWEEN 0 AND 23)
)
 STRICT;
CREATE TABLE tenders (
	tender_id INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	amount INTEGER NOT NULL CHECK (amount > 0), 
	at INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	tendered INTEGER NOT NULL CHECK (tendered >= 0), 
	change INTEGER NOT NULL CHECK (change >= 0), 
	reference TEXT NOT NULL, 
	approved_by TEXT NOT NULL, 
	PRIMARY KEY (tender_id), 
	CHECK (kind <> 'own_upi' OR reference <> ''), 
	FOREIGN KEY(order_id) REFERENCES sales (order_id)
)
 STRICT;
CREATE TABLE wishes (
	order_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	tendered INTEGER NOT NULL CHECK (tendered >= 0), 
	reason TEXT NOT NULL, 
	PRIMARY KEY (order_id), 
	FOREIGN KEY(order_id) REFERENCES sales (order_id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE tender_reversals (
	tender_id INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	after_issue INTEGER NOT NULL CHECK (after_issue IN (0, 1)), 
	PRIMARY KEY (tender_id), 
	FOREIGN KEY(tender_id) REFERENCES tenders (tender_id)
)
 STRICT;
INSERT INTO "outbox" VALUES(1,'page.publish','00000000000000000000000001/2','00000000000000000000000001','queued',0,0,1795410780001,NULL,NULL);
INSERT INTO "outbox" VALUES(2,'page.publish','00000000000000000000000002/2','00000000000000000000000002','queued',0,0,1795410780002,NULL,NULL);
INSERT INTO "outbox" VALUES(3,'page.publish','00000000000000000000000003/2','00000000000000000000000003','queued',0,0,1795410780018,NULL,NULL);
INSERT INTO "ledger" VALUES(1,'sale.issued','Asha',1795410780001,'{"bill_hash":"ed0d98cde59e2988b93130067d4a8dc6324e6342b9bfe3182c5378209cbf1d1d","number":"C2A/2627/000001","order_id":"00000000000000000000000001"}','0000000000000000000000000000000000000000000000000000000000000000','bb71dd0c87969bd7af22efa7e7edbf0893908669cd11650e3b0626a840addac4');
INSERT INTO "ledger" VALUES(2,'sale.issued','Asha',1795410780002,'{"bill_hash":"ed0d98cde59e2988b93130067d4a8dc6324e6342b9bfe3182c5378209cbf1d1d","number":"C2A/2627/000002","order_id":"00000000000000000000000002"}','bb71dd0c87969bd7af22efa7e7edbf0893908669cd11650e3b0626a840addac4','1972da5fbe342832f9ecf0133b95971f7126fec66eec0b0bcccb0c8ddb683642');
INSERT INTO "ledger" VALUES(3,'sale.issued','Asha',1795410780018,'{"bill_hash":"6d107936b5593451db7595c4b09005f1db642bb1dedf85d922fb86d37ff1930d","due":10100,"number":"C2A/2627/000003","order_id":"00000000000000000000000003","tenders":[{"amount":10100,"kind":"gateway_link","reference":"pay_1"}]}','1972da5fbe342832f9ecf0133b95971f7126fec66eec0b0bcccb0c8ddb683642','130259a48d48f0be046ec13ff25881d93166276640f28963c5f5ccf55b5debb5');
INSERT INTO "ledger" VALUES(4,'sale.abandoned','Asha',1795410780030,'{"order_id":"00000000000000000000000005"}','130259a48d48f0be046ec13ff25881d93166276640f28963c5f5ccf55b5debb5','920917af67f9fa372225650a4d93853cd919d8381d525fef2c40066fe781b613');
INSERT INTO "numbers" VALUES('C2A','2627',3);
INSERT INTO "tokens" VALUES(20261123,5);
INSERT INTO "pictures" VALUES('00000000000000000000000004-1','picture-token',X'706e67',0,0);
INSERT INTO "notes" VALUES('draft','{"lines": []}');
INSERT INTO "items" VALUES(1,'8901234000011','Milk ''Full''',7200,NULL,1,50000,'0401','PCS','','taxable',0,0,1,1);
INSERT INTO "tallies" VALUES('buried',0);
INSERT INTO "tallies" VALUES('folded',0);
INSERT INTO "tallies" VALUES('items',1);
INSERT INTO "tallies" VALUES('opened',2);
INSERT INTO "sale_lines" VALUES('00000000000000000000000001',1,'Article 0',1000,10050,1,50000,10050,0,0,10050,9572,239,239,0,0,10050,7,'8901030865275',10050,'1101','PCS','taxable',0,0);
INSERT INTO "sale_lines" VALUES('00000000000000000000000001',2,'Article 1',1000,10051,1,50000,10051,0,0,10051,9573,239,239,0,0,10051,7,'8901030865275',10051,'1101','PCS','taxable',0,0);
INSERT INTO "sale_lines" VALUES('00000000000000000000000002',1,'Article 0',1000,10050,1,50000,10050,0,0,10050,9572,239,239,0,0,10050,7,'8901030865275',10050,'1101','PCS','taxable',0,0);
INSERT INTO "sale_lines" VALUES('00000000000000000000000002',2,'Article 1',1000,10051,1,50000,10051,0,0,10051,9573,239,239,0,0,10051,7,'8901030865275',10051,'1101','PCS','taxable',0,0);
INSERT INTO "sale_lines" VALUES('00000000000000000000000003',1,'Article 0',1000,10050,1,50000,10050,0,0,10050,9572,239,239,0,0,10050,7,'8901030865275',10050,'1101','PCS','taxable',0,0);
INSERT INTO "sale_lines" VALUES('00000000000000000000000004',1,'Article 0',1000,10050,1,50000,10050,0,0,10050,9572,239,239,0,0,10050,7,'8901030865275',10050,'1101','PCS','taxable',0,0);
INSERT INTO "sale_lines" VALUES('00000000000000000000000004',2,'Article 1',1000,10051,1,50000,10051,0,0,10051,9573,239,239,0,0,10051,7,'8901030865275',10051,'1101','PCS','taxable',0,0);
INSERT INTO "sale_lines" VALUES('00000000000000000000000004',3,'Article 2',1000,10052,1,50000,10052,0,0,10052,9574,239,239,0,0,10052,7,'8901030865275',10052,'1101','PCS','taxable',0,0);
INSERT INTO "sale_lines" VALUES('00000000000000000000000005',1,'Article 0',1000,10050,1,50000,10050,0,0,10050,9572,239,239,0,0,10050,7,'8901030865275',10050,'1101','PCS','taxable',0,0);
INSERT INTO "collects" VALUES('00000000000000000000000003-1','00000000000000000000000003',1,'link','paid','razorpay',10100,1795410780010,'plink_1','https://rzp.io/i/x',NULL,NULL,NULL,1795412580000,NULL,NULL,NULL,1795410780020,2,NULL);
INSERT INTO "collects" VALUES('00000000000000000000000004-1','00000000000000000000000004',1,'qr','open','razorpay',30200,1795410780010,'qr_4',NULL,'upi://pay?pa=x@y',NULL,NULL,1795412580000,NULL,NULL,1795410780099,1795410780020,2,NULL);
INSERT INTO "messages" VALUES('m1','00000000000000000000000003','receipt',1,'whatsapp','+919876543210','delivered',1795410780019,'bill','["₹ 100", "आशा"]',NULL,NULL,NULL,NULL,'sid-1',NULL,NULL,0,0);
INSERT INTO "pages" VALUES('00000000000000000000000003',2,X'7365616c6564',NULL,1);
INSERT INTO "facts" VALUES(1,'00000000000000000000000003','00000000000000000000000003-1',1795410780016,'razorpay','pay_1','failed',10100,'INR',1795410780015,'upi',0,NULL,NULL,'payment_failed',NULL);
INSERT INTO "facts" VALUES(2,'00000000000000000000000003','00000000000000000000000003-1',1795410780018,'razorpay','pay_1','captured',10100,'INR',1795410780015,'upi',0,'412345678901','a***@okaxis',NULL,NULL);
INSERT INTO "facts" VALUES(3,'','',1795410780041,'razorpay','pay_9','captured',500,'INR',1795410780040,'',0,NULL,NULL,NULL,NULL);
INSERT INTO "flags" VALUES(1,'00000000000000000000000005','late',500,1795410780041,'open','pay_9','refund',NULL,NULL,NULL);
INSERT INTO "sales" VALUES('00000000000000000000000001',1,'issued','Counter 1','Asha','whatsapp_link',19145,478,478,0,0,20101,-1,20100,'29','29','regular',20100,'ed0d98cde59e2988b93130067d4a8dc6324e6342b9bfe3182c5378209cbf1d1d','token-0000000000000001',1795410780001,'+919876543210','bill','Asha',1795410780000,'v1','C2A/2627/000001',1795410780001,'cash',1795410780001,'Asha',0,20261123,10);
INSERT INTO "sales" VALUES('00000000000000000000000002',2,'issued','Counter 1','Asha','whatsapp_link',19145,478,478,0,0,20101,-1,20100,'29','29','regular',20100,'ed0d98cde59e2988b93130067d4a8dc6324e6342b9bfe3182c5378209cbf1d1d','token-0000000000000002',1795410780002,'+919876543210','bill','Asha',1795410780000,'v1','C2A/2627/000002',1795410780002,'cash',1795410780002,'Asha',0,20261123,10);
INSERT INTO "sales" VALUES('00000000000000000000000003',3,'issued','Counter 1','Asha','whatsapp_link',9572,239,239,0,0,10050,50,10100,'29','29','regular',10100,'6d107936b5593451db7595c4b09005f1db642bb1dedf85d922fb86d37ff1930d','token-0000000000000003',1795410780003,'+919876543210','bill','Asha',1795410780000,'v1','C2A/2627/000003',1795410780018,'poll',NULL,NULL,0,20261123,10);
INSERT INTO "sales" VALUES('00000000000000000000000004',4,'awaiting','Counter 1','Asha','whatsapp_link',28719,717,717,0,0,30153,47,30200,'29','29','regular',30200,'7a6696f188a52e77f4a13333685c186fbc03284cdcf17268d0f985abe9860503','token-0000000000000004',1795410780004,'+919876543210','bill','Asha',1795410780000,'v1',NULL,NULL,NULL,NULL,NULL,0,20261123,10);
INSERT INTO "sales" VALUES('00000000000000000000000005',5,'abandoned','Counter 1','Asha','whatsapp_link',9572,239,239,0,0,10050,50,10100,'29','29','regular',10100,'6d107936b5593451db7595c4b09005f1db642bb1dedf85d922fb86d37ff1930d','token-0000000000000005',1795410780005,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,20261123,10);
INSERT INTO "tenders" VALUES(1,'00000000000000000000000001','cash',20100,1795410780001,'Asha',20100,0,'','');
INSERT INTO "tenders" VALUES(2,'00000000000000000000000002','cash',20100,1795410780002,'Asha',20100,0,'','');
INSERT INTO "tenders" VALUES(3,'00000000000000000000000003','gateway_link',10100,1795410780018,'poll',0,0,'pay_1','');
INSERT INTO items_fts(items_fts) VALUES ('rebuild');
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 'queued';
CREATE INDEX outbox_unsent ON outbox (created_at) WHERE state IN ('queued', 'doing');
CREATE INDEX outbox_of ON outbox (order_id);
CREATE INDEX items_by_name ON items (name COLLATE NOCASE);
CREATE INDEX items_quick ON items (quick_order) WHERE quick_order IS NOT NULL AND active = 1;
CREATE INDEX collects_due ON collects (next_ask_at) WHERE next_ask_at IS NOT NULL;
CREATE INDEX collects_by_gateway_id ON collects (gateway_id);
CREATE INDEX messages_by_sid ON messages (sid) WHERE sid IS NOT NULL;
CREATE INDEX messages_to_poll ON messages (not_before) WHERE channel = 'sms' AND state IN ('accepted', 'sent');
CREATE INDEX facts_by_rrn ON facts (rrn) WHERE rrn IS NOT NULL;
CREATE INDEX facts_captured ON facts (created_at) WHERE status = 'captured';
CREATE INDEX facts_of ON facts (order_id);
CREATE INDEX flags_open ON flags (at) WHERE state = 'open';
CREATE INDEX refund_facts_of ON refund_facts (order_id);
CREATE INDEX refunds_due ON refunds (next_ask_at) WHERE next_ask_at IS NOT NULL;
CREATE INDEX refunds_of ON refunds (order_id);
CREATE INDEX refunds_of_payment ON refunds (gateway, payment_id);
CREATE INDEX refunds_owed ON refunds (created_at) WHERE state <> 'done';
CREATE INDEX sales_by_day ON sales (day);
CREATE INDEX sales_issued ON sales (issued_at) WHERE issued_at IS NOT NULL;
CREATE INDEX sales_open ON sales (created_at) WHERE state <> 'abandoned' AND handed_over_at IS NULL;
CREATE INDEX collects_by_state ON collects (state, created_at);
CREATE INDEX collects_unasked ON collects (COALESCE(asked_at, created_at)) WHERE state IN ('requested', 'unknown', 'open', 'closing') AND gateway_id IS NOT NULL;
CREATE INDEX tenders_by_reference ON tenders (kind, reference) WHERE reference <> '';
CREATE INDEX tenders_of ON tenders (order_id);
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger only grows'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger only grows'); END;
CREATE TRIGGER facts_no_update BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts only grows'); END;
CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts only grows'); END;
CREATE TRIGGER tenders_no_update BEFORE UPDATE ON tenders BEGIN SELECT RAISE(ABORT, 'tenders only grows'); END;
CREATE TRIGGER tenders_no_delete BEFORE DELETE ON tenders BEGIN SELECT RAISE(ABORT, 'tenders only grows'); END;
CREATE TRIGGER tender_reversals_no_update BEFORE UPDATE ON tender_reversals BEGIN SELECT RAISE(ABORT, 'tender_reversals only grows'); END;
CREATE TRIGGER tender_reversals_no_delete BEFORE DELETE ON tender_reversals BEGIN SELECT RAISE(ABORT, 'tender_reversals only grows'); END;
CREATE TRIGGER refund_facts_no_update BEFORE UPDATE ON refund_facts BEGIN SELECT RAISE(ABORT, 'refund_facts only grows'); END;
CREATE TRIGGER refund_facts_no_delete BEFORE DELETE ON refund_facts BEGIN SELECT RAISE(ABORT, 'refund_facts only grows'); END;
CREATE TRIGGER sale_lines_no_update BEFORE UPDATE ON sale_lines BEGIN SELECT RAISE(ABORT, 'sale_lines only grows'); END;
CREATE TRIGGER sale_lines_no_delete BEFORE DELETE ON sale_lines BEGIN SELECT RAISE(ABORT, 'sale_lines only grows'); END;
CREATE TRIGGER sales_no_delete BEFORE DELETE ON sales BEGIN SELECT RAISE(ABORT, 'a bill is never deleted'); END;
CREATE TRIGGER sales_frozen BEFORE UPDATE ON sales WHEN NEW.order_id IS NOT OLD.order_id OR NEW.token_no IS NOT OLD.token_no OR NEW.counter IS NOT OLD.counter OR NEW.cashier IS NOT OLD.cashier OR NEW.channel IS NOT OLD.channel OR NEW.taxable IS NOT OLD.taxable OR NEW.cgst IS NOT OLD.cgst OR NEW.sgst IS NOT OLD.sgst OR NEW.igst IS NOT OLD.igst OR NEW.cess IS NOT OLD.cess OR NEW.total IS NOT OLD.total OR NEW.round_off IS NOT OLD.round_off OR NEW.payable IS NOT OLD.payable OR NEW.supplier_state IS NOT OLD.supplier_state OR NEW.place_of_supply IS NOT OLD.place_of_supply OR NEW.scheme IS NOT OLD.scheme OR NEW.due IS NOT OLD.due OR NEW.bill_hash IS NOT OLD.bill_hash OR NEW.link_token IS NOT OLD.link_token OR NEW.created_at IS NOT OLD.created_at OR NEW.remote IS NOT OLD.remote BEGIN SELECT RAISE(ABORT, 'a frozen bill keeps its figures'); END;
CREATE TRIGGER sales_final BEFORE UPDATE ON sales WHEN OLD.state <> 'awaiting' AND (NEW.state IS NOT OLD.state OR NEW.invoice_number IS NOT OLD.invoice_number OR NEW.issued_at IS NOT OLD.issued_at OR NEW.confirmed_by IS NOT OLD.confirmed_by OR NEW.day IS NOT OLD.day OR NEW.hour IS NOT OLD.hour) BEGIN SELECT RAISE(ABORT, 'an issued bill never changes'); END;
CREATE TRIGGER sales_erase BEFORE UPDATE ON sales WHEN (NEW.phone IS NOT NULL AND NEW.phone IS NOT OLD.phone) OR (NEW.consent_purpose IS NOT NULL AND NEW.consent_purpose IS NOT OLD.consent_purpose) OR (NEW.consent_asked_by IS NOT NULL AND NEW.consent_asked_by IS NOT OLD.consent_asked_by) OR (NEW.consent_at IS NOT NULL AND NEW.consent_at IS NOT OLD.consent_at) OR (NEW.consent_text_version IS NOT NULL AND NEW.consent_text_version IS NOT OLD.consent_text_version) BEGIN SELECT RAISE(ABORT, 'a phone may be erased, not replaced'); END;
CREATE TRIGGER sale_lines_late BEFORE INSERT ON sale_lines WHEN (SELECT state FROM sales WHERE order_id = NEW.order_id) <> 'awaiting' BEGIN SELECT RAISE(ABORT, 'an issued bill never changes'); END;
CREATE TRIGGER numbers_forward BEFORE UPDATE ON numbers WHEN NEW.last_no <> OLD.last_no + 1 BEGIN SELECT RAISE(ABORT, 'numbers go forward one by one'); END;
CREATE TRIGGER numbers_no_delete BEFORE DELETE ON numbers BEGIN SELECT RAISE(ABORT, 'a series is never deleted'); END;
CREATE TRIGGER ledger_next BEFORE INSERT ON ledger WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger) BEGIN SELECT RAISE(ABORT, 'the ledger has no gaps'); END;
CREATE TRIGGER tenders_rrn BEFORE INSERT ON tenders WHEN NEW.kind = 'own_upi' AND EXISTS (SELECT 1 FROM tenders WHERE kind = 'own_upi' AND reference = NEW.reference AND reference <> '' AND NOT EXISTS (SELECT 1 FROM tender_reversals AS r WHERE r.tender_id = tenders.tender_id)) BEGIN SELECT RAISE(ABORT, 'this UPI reference stands on a bill already'); END;
CREATE TRIGGER refunds_fixed BEFORE UPDATE ON refunds WHEN NEW.key IS NOT OLD.key OR NEW.order_id IS NOT OLD.order_id OR NEW.gateway IS NOT OLD.gateway OR NEW.payment_id IS NOT OLD.payment_id OR NEW.amount IS NOT OLD.amount OR NEW.reason IS NOT OLD.reason OR NEW.created_at IS NOT OLD.created_at OR NEW.asked_by IS NOT OLD.asked_by OR NEW.approved_by IS NOT OLD.approved_by OR NEW.lines IS NOT OLD.lines BEGIN SELECT RAISE(ABORT, 'a refund keeps whom it pays and how much'); END;
CREATE TRIGGER refunds_order BEFORE UPDATE ON refunds WHEN OLD.provider_order_id IS NOT NULL AND NEW.provider_order_id IS NOT OLD.provider_order_id BEGIN SELECT RAISE(ABORT, 'a refund keeps whom it pays and how much'); END;
CREATE TRIGGER refunds_done BEFORE UPDATE ON refunds WHEN OLD.state = 'done' AND NEW.state <> 'done' BEGIN SELECT RAISE(ABORT, 'what was given back is not owed again'); END;
CREATE TRIGGER refunds_no_delete BEFORE DELETE ON refunds BEGIN SELECT RAISE(ABORT, 'a refund is never deleted'); END;
CREATE TRIGGER flags_once BEFORE UPDATE ON flags WHEN OLD.state <> 'open' OR NEW.state <> 'closed' OR NEW.flag_id IS NOT OLD.flag_id OR NEW.order_id IS NOT OLD.order_id OR NEW.kind IS NOT OLD.kind OR NEW.amount IS NOT OLD.amount OR NEW.at IS NOT OLD.at OR NEW.detail IS NOT OLD.detail OR NEW.action IS NOT OLD.action BEGIN SELECT RAISE(ABORT, 'an entry of the inbox is closed once'); END;
CREATE TRIGGER flags_no_delete BEFORE DELETE ON flags BEGIN SELECT RAISE(ABORT, 'nothing leaves the inbox silently'); END;
CREATE TRIGGER people_fixed BEFORE UPDATE ON people WHEN NEW.person_id IS NOT OLD.person_id OR NEW.name IS NOT OLD.name OR NEW.role IS NOT OLD.role OR NEW.created_at IS NOT OLD.created_at BEGIN SELECT RAISE(ABORT, 'a person keeps name and role'); END;
CREATE TRIGGER people_no_delete BEFORE DELETE ON people BEGIN SELECT RAISE(ABORT, 'a person is never deleted'); END;
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN INSERT INTO items_fts(rowid, name) VALUES (NEW.item_id, NEW.name); UPDATE tallies SET value = value + NEW.active WHERE name = 'items'; END;
CREATE TRIGGER items_out AFTER DELETE ON items BEGIN INSERT INTO items_fts(items_fts, rowid, name) VALUES ('delete', OLD.item_id, OLD.name); UPDATE tallies SET value = value + -OLD.active WHERE name = 'items'; END;
CREATE TRIGGER items_renamed AFTER UPDATE OF name ON items BEGIN INSERT INTO items_fts(items_fts, rowid, name) VALUES ('delete', OLD.item_id, OLD.name); INSERT INTO items_fts(rowid, name) VALUES (NEW.item_id, NEW.name); END;
CREATE TRIGGER items_active AFTER UPDATE OF active ON items BEGIN UPDATE tallies SET value = value + NEW.active - OLD.active WHERE name = 'items'; END;
PRAGMA application_id=1381188932;
PRAGMA user_version=2000;
COMMIT;
