-- A database as version 0001 left it, with rows: what people keep must come through every migration.
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0001');
CREATE TABLE contacts (
    id VARCHAR(16) NOT NULL,
    name TEXT NOT NULL,
    role TEXT DEFAULT '' NOT NULL,
    company TEXT DEFAULT '' NOT NULL,
    email TEXT DEFAULT '' NOT NULL,
    url TEXT DEFAULT '' NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    notes TEXT DEFAULT '[]' NOT NULL,
    relation VARCHAR(16),
    register_used VARCHAR(16) DEFAULT 'none' NOT NULL,
    connected_on DATE,
    origin VARCHAR(16) DEFAULT 'typed' NOT NULL,
    edited TEXT DEFAULT '[]' NOT NULL,
    import_key VARCHAR(16),
    name_folded TEXT NOT NULL,
    folded TEXT NOT NULL,
    active_at DATETIME NOT NULL,
    last_at DATETIME,
    exchange_count INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX contacts_by_activity ON contacts (active_at, id);
CREATE INDEX contacts_by_name ON contacts (name_folded, id);
CREATE TABLE exchanges (
    id VARCHAR(16) NOT NULL,
    contact_id VARCHAR(16) NOT NULL,
    at DATETIME NOT NULL,
    direction VARCHAR(16) NOT NULL,
    channel VARCHAR(16) NOT NULL,
    text TEXT NOT NULL,
    gives TEXT,
    asks TEXT,
    corrected BOOLEAN DEFAULT 0 NOT NULL,
    origin VARCHAR(16) DEFAULT 'typed' NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE
);
CREATE INDEX exchanges_of_contact ON exchanges (contact_id, at);
CREATE INDEX exchanges_unanalysed ON exchanges (at) WHERE gives IS NULL;
CREATE TABLE profile (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    about TEXT NOT NULL,
    can_offer TEXT NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO contacts VALUES
    ('annaab2', 'Anna Però', 'vivaista', 'Verde D''Oltre', 'anna@esempio.it',
     'https://www.linkedin.com/in/anna-però', '+39 340 1234567', '["ama i narcisi", "è di Cuneo"]',
     'met', 'tu', '2024-03-12', 'linkedin', '["role"]', NULL, 'anna pero',
     'anna pero' || char(10) || 'verde d''oltre' || char(10) || 'vivaista',
     '2025-02-01 09:30:00.000000', '2025-02-01 09:30:00.000000', 2),
    ('ugoabc3', 'Ugo', '', '', '', '', '', '[]', NULL, 'none', NULL, 'typed', '[]', NULL, 'ugo',
     'ugo', '2025-01-01 00:00:00.000000', NULL, 0);
INSERT INTO exchanges VALUES
    ('00f1', 'annaab2', '2025-01-31 18:00:00.000000', 'sent', 'linkedin', 'Ti mando la guida.',
     '["la guida"]', '[]', 1, 'linkedin'),
    ('00f2', 'annaab2', '2025-02-01 09:30:00.000000', 'received', 'email', 'Grazie!', NULL, NULL, 0,
     'typed');
INSERT INTO profile VALUES (1, 'Luca', 'grafico', '["una mappa"]');
