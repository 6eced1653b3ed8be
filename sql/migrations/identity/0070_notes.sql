-- What: what caseworkers write in words: reasons of judgements, notes on contacts
-- Why: words about people stay in the identity database; the facts beside them are codes and dates in the warehouse
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP the table named here
-- Grain: one note, under the id of the fact that it belongs to; never changed
CREATE TABLE casework.note (
    note_id CHAR(32) NOT NULL,
    child_key BIGINT NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    note_text NVARCHAR(1000) NOT NULL,
    written_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_note PRIMARY KEY (note_id)
)
GO
