//! The marketplaces' own formats: no row of a FOCUS export, of the AWS billing events or of
//! CloudEvents makes its reader panic or disappears.
#![no_main]

use libfuzzer_sys::fuzz_target;
use revshare::intake::Mapping;
use revshare_fuzz::{Desk, import_whole};

const FOCUS: &str = "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,\
    BillingPeriodStart,ChargeCategory,ChargeClass,ChargePeriodEnd,ChargePeriodStart,\
    ConsumedQuantity,ConsumedUnit,ProviderName,RegionId,ResourceId,ServiceCategory,ServiceName,\
    SkuId,EffectiveCost\n";
const EVENTS: &str = "billing_event_id,action,transaction_type,amount,currency,invoice_date,\
    from_account_id,to_account_id,end_user_account_id,parent_billing_event_id,\
    transaction_reference_id,disbursement_billing_event_id,product_id,valid_from,update_date\n";
const CLOUD: &str = "{\"specversion\":\"1.0\",\"id\":\"0\",\"source\":\"s\",\"type\":\"t\",\
    \"time\":\"2026-10-01T00:00:00Z\",\"subject\":\"c\",\"data\":{\"product\":\"opus\",\
    \"tokens\":\"5\",\"unit\":\"token\"}}\n";

thread_local! {
    static DESK: Desk = Desk::default();
}

fuzz_target!(|bytes: &[u8]| {
    let none = Mapping::default();
    let Some((&choice, rows)) = bytes.split_first() else { return };
    let (name, head) = match choice % 4 {
        0 => ("costs.csv", FOCUS),
        1 => ("sales.csv", FOCUS),
        2 => ("sales.csv", EVENTS),
        _ => ("usage.jsonl", CLOUD),
    };
    let whole = [head.as_bytes(), rows].concat();
    let file = DESK.with(|desk| desk.put(name, &whole, &none)).expect("a table");
    import_whole(&file, &none, &[]);
});
