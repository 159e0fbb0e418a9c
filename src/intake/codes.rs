//! The catalogue of what can be wrong with a file of facts or with `revshare.toml`.

use crate::finding::{Code, Severity};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal $severity:ident $title:literal;)*) => {
        $($(#[$doc])* pub static $name: Code =
            Code { id: $id, title: $title, severity: Severity::$severity };)*

        /// Every code of this part, in order.
        pub static ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    /// No header, no first object.
    EMPTY = "I001" Warning "the file holds no rows";
    /// No known format has these columns.
    FORMAT = "I002" Error "the columns are those of no known format";
    /// A column that the format does not have.
    COLUMN_UNKNOWN = "I003" Error "a column has no meaning here";
    /// A column that the format needs.
    COLUMN_MISSING = "I004" Error "a column is missing";
    /// Two columns of one name.
    COLUMN_TWICE = "I005" Error "a column stands there twice";
    /// A feed in a table that it has no rows for.
    TABLE = "I006" Error "this format has no rows for this table";
    /// A row longer or shorter than the header.
    FIELDS = "I007" Error "the row has another number of fields than the header";
    /// Bytes that are not text.
    ENCODING = "I008" Error "the row is not UTF-8 text";
    /// A quote without its other half.
    QUOTE = "I009" Error "a quoted field is not closed, or text follows its closing quote";
    /// A line that is no JSON object.
    JSON = "I010" Error "the line is not one JSON object";
    /// A row without end.
    LENGTH = "I011" Error "the row is too long";
    /// A field that has to be there.
    VALUE_MISSING = "I012" Error "a value is missing";
    /// An amount, quantity or rate that cannot be read without a guess.
    NUMBER = "I013" Error "not a plain decimal number";
    /// A binary fraction where exactness is due.
    FLOAT = "I014" Error "a binary fraction is not exact";
    /// A time that cannot be read without a guess.
    TIME = "I015" Error "not a time or a date";
    /// Not a code of ISO 4217.
    CURRENCY = "I016" Error "not a currency code of ISO 4217";
    /// Not a kind of sale.
    KIND = "I017" Error "not a kind of sale";
    /// A refund above zero, a charge below.
    SIGN = "I018" Error "the sign contradicts the kind";
    /// Neither an amount nor a price.
    UNPRICED = "I019" Error "a charge has no amount, and no rate card prices it";
    /// Not a settlement period.
    PERIOD = "I020" Error "not a period";
    /// A list, an object or a truth value where a text belongs.
    TYPE = "I021" Error "a value is neither a text nor a number";
    /// A text that the lookup table of the mapping does not have.
    LOOKUP = "I022" Error "the lookup table of the mapping does not have this value";
    /// A cell that should hold JSON.
    CELL_JSON = "I023" Error "the cell is not JSON";
    /// A rate of exchange that is none.
    RATE = "I024" Error "not a rate of exchange between two currencies";
    /// A billing event without a meaning here.
    EVENT = "I025" Error "a billing event of this type has no meaning in a settlement";
    /// The feed does not say its currency.
    CURRENCY_ASSUMED = "I026" Note "the feed names no currency; the contracts' only one was taken";
    /// The same id with other content.
    CONFLICT = "I027" Error "the same id was seen with other content";
    /// Some of many.
    MORE = "I028" Note "more findings of one kind were left out here";
    /// Nothing says on which ground the rows of a feed ran.
    CHANNEL_OPEN = "I029" Warning "the file leaves the channel open, and no contract settles such rows";
    /// A grant or a finding for nobody.
    NO_CLAUSE = "I030" Error "no clause of this book would look at the row";
    /// A rate that no deal can be granted, or for no day.
    GRANT = "I031" Error "not a share that a deal can be granted";
    /// What an audit of the contract cannot have found.
    FINDING = "I032" Error "not a finding that the contract can mean";
    /// An audit of what is too old.
    LOOK_BACK = "I033" Error "an audit reaches further back than the contract lets it";
    /// A file that should be a tally.
    TALLY = "I034" Error "not a tally of a warehouse";
    /// Sums that differ from their control totals.
    TALLY_TOTALS = "I035" Error "a tally does not add up to its control totals";
    /// Made for other contracts.
    TALLY_LENS = "I036" Error "a tally does not keep apart what the contracts ask about";
    /// Rows that only the engine's own reader can judge.
    TALLY_BEYOND = "I037" Error "a tally holds rows that SQL cannot judge";
    /// The same facts twice.
    TALLY_OVERLAP = "I038" Error "a tally overlaps what was delivered of the same feed";
    /// Rows that the query rejected.
    TALLY_REJECTED = "I039" Warning "rows were rejected where a tally was made";
    /// A row of a time whose ids are forgotten.
    FORGOTTEN = "I040" Error "the row is of a time whose ids are forgotten";
    /// A reference that leads nowhere, perhaps to a forgotten id.
    FORGOTTEN_REF = "I041" Warning "a row refers to a fact that may be forgotten";

    /// The mapping is not TOML.
    SYNTAX = "M001" Error "the mapping is not TOML";
    /// A key that a mapping does not have.
    KEY_UNKNOWN = "M002" Error "the mapping does not know this key";
    /// A key that a mapping needs.
    KEY_MISSING = "M003" Error "a key of the mapping is missing";
    /// A value of another type.
    VALUE_TYPE = "M004" Error "a value of the mapping has the wrong type";
    /// A field from nowhere, or from two places.
    FIELD_SOURCE = "M005" Error "a field has not one place that it comes from";
    /// A field that no row has.
    FIELD_UNKNOWN = "M006" Error "facts do not have this field";
    /// A word that is not one of the few allowed.
    WORD = "M007" Error "a key of the mapping allows only some words";
    /// A number or constant that cannot be read.
    CONSTANT = "M008" Error "a constant or a scale of the mapping cannot be read";
    /// Rows that nothing tells apart.
    IDENTITY = "M009" Error "nothing tells the rows of this map apart";
    /// A map for files whose table nobody knows.
    TABLE_UNKNOWN = "M010" Error "the map's files do not say their table";
}
