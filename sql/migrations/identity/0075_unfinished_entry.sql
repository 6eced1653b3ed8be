-- What: entries of caseworkers whose words are written and whose facts may not be
-- Why: an entry is in two databases and no transaction spans them; what a process left that ended between the two is finished at the next start
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP TABLE casework.unfinished_entry
-- Grain: one entry, from the commit of its words until that of its facts. facts_json: codes, dates and keys as they go to the warehouse, no words
CREATE TABLE casework.unfinished_entry (
    entry_id CHAR(32) NOT NULL,
    facts_json NVARCHAR(4000) NOT NULL,
    begun_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_unfinished_entry PRIMARY KEY (entry_id)
)
GO
