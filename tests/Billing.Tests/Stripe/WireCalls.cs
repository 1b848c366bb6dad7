using Patterns.Stripe;
using static Billing.Tests.Stripe.StripeSetup;

namespace Billing.Tests.Stripe;

/// <summary>Every typed call, with every parameter at least once.</summary>
internal static class WireCalls
{
    private static readonly DateTimeOffset May = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
    private static readonly TimeRange Range = new() { Gt = May, Gte = May, Lt = May, Lte = May };
    private const string RangeJson = """{"gt":1777863721,"gte":1777863721,"lt":1777863721,"lte":1777863721}""";
    private static readonly StripeAddress Address = new() { Line1 = "Straße 1", Line2 = "2. Stock", City = "Köln", PostalCode = "50667", State = "NW", Country = "DE" };
    private const string AddressJson = """{"line1":"Straße 1","line2":"2. Stock","city":"Köln","postal_code":"50667","state":"NW","country":"DE"}""";

    public static IReadOnlyList<WireCall> All { get; } =
    [
        new("customers.create", stripe => stripe.CreateCustomerAsync(new CustomerCreate
        {
            Email = "ada+1@example.com", Name = "Ada & Søn = 100 % [\"x\"]\n😀", Phone = "+49 1", Description = "a~b-c.d_e!*'()", Address = Address, PaymentMethod = "pm_1", Source = "tok_1",
            InvoiceSettings = new CustomerInvoiceSettings { DefaultPaymentMethod = "pm_1" }, TaxExempt = "none", TestClock = "clock_1", Metadata = Map(("tenant id", "ä"), ("b[c]", "")),
        }), $$$"""[{"email":"ada+1@example.com","name":"Ada & Søn = 100 % [\"x\"]\n😀","phone":"+49 1","description":"a~b-c.d_e!*'()","address":{{{AddressJson}}},"payment_method":"pm_1","source":"tok_1","invoice_settings":{"default_payment_method":"pm_1"},"tax_exempt":"none","test_clock":"clock_1","metadata":{"tenant id":"ä","b[c]":""}}]"""),
        new("customers.create without parameters", stripe => stripe.CreateCustomerAsync(new CustomerCreate()), "[{}]"),
        new("customers.retrieve", stripe => stripe.GetCustomerAsync("cus_1"), """["cus_1"]"""),
        new("customers.retrieve with an id to escape", stripe => stripe.GetCustomerAsync("a b/ü?"), """["a b/ü?"]"""),
        new("customers.update", stripe => stripe.UpdateCustomerAsync("cus_1", new CustomerUpdate
        {
            Email = "x@example.com", Name = "X", Phone = StripeValue.Clear, Description = StripeValue.Clear, Address = Address, Source = "tok_1",
            InvoiceSettings = new CustomerInvoiceSettings { DefaultPaymentMethod = StripeValue.Clear }, TaxExempt = "reverse", Metadata = new Dictionary<string, string?>(StringComparer.Ordinal) { ["gone"] = null, ["kept"] = "1" },
        }), $$$"""["cus_1",{"email":"x@example.com","name":"X","phone":"","description":"","address":{{{AddressJson}}},"source":"tok_1","invoice_settings":{"default_payment_method":""},"tax_exempt":"reverse","metadata":{"gone":null,"kept":"1"}}]"""),
        new("checkout.sessions.create", stripe => stripe.CreateCheckoutSessionAsync(new CheckoutSessionCreate
        {
            Mode = "subscription", SuccessUrl = "https://example.com/?s={CHECKOUT_SESSION_ID}", CancelUrl = "https://example.com/no", Customer = "cus_1", ClientReferenceId = "t-1",
            LineItems = [new CheckoutLineItem { Price = "price_1", Quantity = 2 }, new CheckoutLineItem { Price = "price_metered" }], AllowPromotionCodes = true, AutomaticTax = new AutomaticTax { Enabled = false },
            SubscriptionData = new CheckoutSubscription { Description = "Pro", TrialPeriodDays = 14, BillingCycleAnchor = May, ProrationBehavior = "none", Metadata = Map(("tenant_id", "t-1")) },
            ExpiresAt = May, Locale = "auto", Metadata = Map(("tenant_id", "t-1")),
        }), """[{"mode":"subscription","success_url":"https://example.com/?s={CHECKOUT_SESSION_ID}","cancel_url":"https://example.com/no","customer":"cus_1","client_reference_id":"t-1","line_items":[{"price":"price_1","quantity":2},{"price":"price_metered"}],"allow_promotion_codes":true,"automatic_tax":{"enabled":false},"subscription_data":{"description":"Pro","trial_period_days":14,"billing_cycle_anchor":1777863721,"proration_behavior":"none","metadata":{"tenant_id":"t-1"}},"expires_at":1777863721,"locale":"auto","metadata":{"tenant_id":"t-1"}}]"""),
        new("checkout.sessions.create with an e-mail address", stripe => stripe.CreateCheckoutSessionAsync(new CheckoutSessionCreate
        {
            Mode = "subscription", SuccessUrl = "https://example.com", CustomerEmail = "x@example.com", SubscriptionData = new CheckoutSubscription { TrialEnd = May },
        }), """[{"mode":"subscription","success_url":"https://example.com","customer_email":"x@example.com","subscription_data":{"trial_end":1777863721}}]"""),
        new("checkout.sessions.retrieve", stripe => stripe.GetCheckoutSessionAsync("cs_1"), """["cs_1"]"""),
        new("checkout.sessions.expire", stripe => stripe.ExpireCheckoutSessionAsync("cs_1"), """["cs_1"]"""),
        new("billingPortal.sessions.create", stripe => stripe.CreatePortalSessionAsync(new PortalSessionCreate
        {
            Customer = "cus_1", ReturnUrl = "https://example.com/a?b=c", Configuration = "bpc_1", Locale = "de", OnBehalfOf = "acct_2",
        }), """[{"customer":"cus_1","return_url":"https://example.com/a?b=c","configuration":"bpc_1","locale":"de","on_behalf_of":"acct_2"}]"""),
        new("subscriptions.retrieve", stripe => stripe.GetSubscriptionAsync("sub_1"), """["sub_1"]"""),
        new("subscriptions.list", stripe => WireCall.AllAsync(stripe.ListSubscriptionsAsync(new SubscriptionFilter
        {
            Customer = "cus_1", Price = "price_1", Status = "all", CollectionMethod = "send_invoice", Created = Range, CurrentPeriodEnd = Range, TestClock = "clock_1", Limit = 3, StartingAfter = "sub_0",
        })), $$"""[{"customer":"cus_1","price":"price_1","status":"all","collection_method":"send_invoice","created":{{RangeJson}},"current_period_end":{{RangeJson}},"test_clock":"clock_1","limit":3,"starting_after":"sub_0"}]"""),
        new("subscriptions.update", stripe => stripe.UpdateSubscriptionAsync("sub_1", new SubscriptionUpdate
        {
            Items = [new SubscriptionItemChange { Id = "si_1", Price = "price_2", Quantity = 3, Metadata = new Dictionary<string, string?>(StringComparer.Ordinal) { ["seat"] = "1" } }, new SubscriptionItemChange { Id = "si_2", Deleted = true, ClearUsage = true }],
            ProrationBehavior = "always_invoice", ProrationDate = May, PaymentBehavior = "pending_if_incomplete", CancelAt = May,
            CancellationDetails = new CancellationDetails { Comment = "later", Feedback = "unused" }, CollectionMethod = "send_invoice", DaysUntilDue = 30, DefaultPaymentMethod = "pm_1",
            DefaultSource = "card_1", Description = "Pro", OffSession = true, PauseCollection = new PauseCollection { Behavior = "void", ResumesAt = May }, TrialEnd = May, Metadata = new Dictionary<string, string?>(StringComparer.Ordinal) { ["a"] = "1" },
        }), """["sub_1",{"items":[{"id":"si_1","price":"price_2","quantity":3,"metadata":{"seat":"1"}},{"id":"si_2","deleted":true,"clear_usage":true}],"proration_behavior":"always_invoice","proration_date":1777863721,"payment_behavior":"pending_if_incomplete","cancel_at":1777863721,"cancellation_details":{"comment":"later","feedback":"unused"},"collection_method":"send_invoice","days_until_due":30,"default_payment_method":"pm_1","default_source":"card_1","description":"Pro","off_session":true,"pause_collection":{"behavior":"void","resumes_at":1777863721},"trial_end":1777863721,"metadata":{"a":"1"}}]"""),
        // Later than the published schemas, which want a text.
        new("subscriptions.update with an anchor", stripe => stripe.UpdateSubscriptionAsync("sub_1", new SubscriptionUpdate { BillingCycleAnchor = new BillingCycleAnchor { Type = "now" } }),
            """["sub_1",{"billing_cycle_anchor":{"type":"now"}}]""", HasSchema: false),
        new("subscriptions.update that clears", stripe => stripe.UpdateSubscriptionAsync("sub_1", new SubscriptionUpdate
        {
            CancelAt = StripeValue.Clear, DefaultSource = StripeValue.Clear, Description = StripeValue.Clear, PauseCollection = StripeValue.Clear, CancelAtPeriodEnd = false,
            CancellationDetails = new CancellationDetails { Comment = StripeValue.Clear, Feedback = StripeValue.Clear },
        }), """["sub_1",{"cancel_at":"","default_source":"","description":"","pause_collection":"","cancel_at_period_end":false,"cancellation_details":{"comment":"","feedback":""}}]"""),
        new("subscriptions.cancel", stripe => stripe.CancelSubscriptionAsync("sub_1"), """["sub_1"]"""),
        new("subscriptions.cancel with parameters", stripe => stripe.CancelSubscriptionAsync("sub_1", new SubscriptionCancel
        {
            InvoiceNow = true, Prorate = false, CancellationDetails = new CancellationDetails { Comment = "moved away" },
        }), """["sub_1",{"invoice_now":true,"prorate":false,"cancellation_details":{"comment":"moved away"}}]"""),
        new("subscriptions.update at the end of the period", stripe => stripe.CancelSubscriptionAtPeriodEndAsync("sub_1"), """["sub_1",{"cancel_at_period_end":true}]"""),
        new("invoices.retrieve", stripe => stripe.GetInvoiceAsync("in_1"), """["in_1"]"""),
        new("invoices.list", stripe => WireCall.AllAsync(stripe.ListInvoicesAsync(new InvoiceFilter
        {
            Customer = "cus_1", Subscription = "sub_1", Status = "open", CollectionMethod = "charge_automatically", Created = Range, DueDate = Range, Limit = 100, EndingBefore = "in_9",
        })), $$"""[{"customer":"cus_1","subscription":"sub_1","status":"open","collection_method":"charge_automatically","created":{{RangeJson}},"due_date":{{RangeJson}},"limit":100,"ending_before":"in_9"}]"""),
        new("invoices.createPreview", stripe => stripe.PreviewInvoiceAsync(new InvoicePreview
        {
            Customer = "cus_1", Subscription = "sub_1", Schedule = "sub_sched_1", Currency = "eur", PreviewMode = "next",
            SubscriptionDetails = new PreviewSubscription
            {
                Items = [new SubscriptionItemChange { Id = "si_1", Price = "price_2", Quantity = 1 }], ProrationBehavior = "create_prorations", ProrationDate = May, BillingCycleAnchor = new BillingCycleAnchor { Type = "timestamp", Timestamp = May },
                CancelAtPeriodEnd = true, CancelAt = May, CancelNow = false, StartDate = May, TrialEnd = May,
            },
        }), """[{"customer":"cus_1","subscription":"sub_1","schedule":"sub_sched_1","currency":"eur","preview_mode":"next","subscription_details":{"items":[{"id":"si_1","price":"price_2","quantity":1}],"proration_behavior":"create_prorations","proration_date":1777863721,"billing_cycle_anchor":{"type":"timestamp","timestamp":1777863721},"cancel_at_period_end":true,"cancel_at":1777863721,"cancel_now":false,"start_date":1777863721,"trial_end":1777863721}}]""", HasSchema: false),
        new("invoices.pay", stripe => stripe.PayInvoiceAsync("in_1", "pm_1", new StripeCallOptions("attempt-1")), """["in_1",{"payment_method":"pm_1"}]"""),
        new("invoices.voidInvoice", stripe => stripe.VoidInvoiceAsync("in_1"), """["in_1"]"""),
        new("billing.meterEvents.create", stripe => stripe.CreateMeterEventAsync(new MeterEventCreate
        {
            EventName = "api_calls", Payload = Map(("stripe_customer_id", "cus_1"), ("value", "25")), Identifier = "id-1", Timestamp = May,
        }), """[{"event_name":"api_calls","payload":{"stripe_customer_id":"cus_1","value":"25"},"identifier":"id-1","timestamp":1777863721}]""", HasSchema: false),
        new("billing.meterEventAdjustments.create", stripe => stripe.CreateMeterEventAdjustmentAsync(new MeterEventAdjustmentCreate
        {
            EventName = "api_calls", Type = "cancel", Cancel = new MeterEventCancellation { Identifier = "id-1" },
        }), """[{"event_name":"api_calls","type":"cancel","cancel":{"identifier":"id-1"}}]""", HasSchema: false),
        new("billing.meters.listEventSummaries", stripe => WireCall.AllAsync(stripe.ListMeterEventSummariesAsync("mtr_1", new MeterSummaryFilter
        {
            Customer = "cus_1", StartTime = May, EndTime = May, ValueGroupingWindow = "day", Limit = 5,
        })), """["mtr_1",{"customer":"cus_1","start_time":1777863721,"end_time":1777863721,"value_grouping_window":"day","limit":5}]""", HasSchema: false),
        new("v2.billing.meterEvents.create", stripe => stripe.CreateStreamedMeterEventAsync(new StreamedMeterEvent
        {
            EventName = "api_calls", Payload = Map(("stripe_customer_id", "cus_1"), ("value", "25")), Identifier = "id-1", Timestamp = May,
        }), """[{"event_name":"api_calls","payload":{"stripe_customer_id":"cus_1","value":"25"},"identifier":"id-1","timestamp":"2026-05-04T03:02:01+00:00"}]""", HasSchema: false),
        new("v2.billing.meterEventSession.create", stripe => stripe.CreateMeterEventSessionAsync(), "[{}]", HasSchema: false),
        new("v2.billing.meterEventStream.create", stripe => stripe.SendMeterEventStreamAsync(
            new StripeMeterEventSession { AuthenticationToken = Key }, [new StreamedMeterEvent { EventName = "api_calls", Payload = Map(("value", "1")) }]),
            """[{"events":[{"event_name":"api_calls","payload":{"value":"1"}}]}]""", HasSchema: false),
        new("billing.creditGrants.create", stripe => stripe.CreateCreditGrantAsync(new CreditGrantCreate
        {
            Amount = new CreditAmount { Type = "monetary", Monetary = new StripeMoney { Currency = "usd", Value = 5000 } },
            ApplicabilityConfig = new CreditApplicability { Scope = new CreditScope { PriceType = "metered" } },
            Customer = "cus_1", Category = "paid", Name = "Pack", Priority = 10, EffectiveAt = May, ExpiresAt = May, Metadata = Map(("a", "1")),
        }), """[{"amount":{"type":"monetary","monetary":{"currency":"usd","value":5000}},"applicability_config":{"scope":{"price_type":"metered"}},"customer":"cus_1","category":"paid","name":"Pack","priority":10,"effective_at":1777863721,"expires_at":1777863721,"metadata":{"a":"1"}}]""", HasSchema: false),
        new("billing.creditGrants.create for prices", stripe => stripe.CreateCreditGrantAsync(new CreditGrantCreate
        {
            Amount = new CreditAmount { Type = "monetary" }, ApplicabilityConfig = new CreditApplicability { Scope = new CreditScope { Prices = [new StripePriceReference { Id = "price_1" }] } },
        }), """[{"amount":{"type":"monetary"},"applicability_config":{"scope":{"prices":[{"id":"price_1"}]}}}]""", HasSchema: false),
        new("billing.creditGrants.voidGrant", stripe => stripe.VoidCreditGrantAsync("credgr_1"), """["credgr_1"]"""),
        new("tax.calculations.create", stripe => stripe.CreateTaxCalculationAsync(new TaxCalculationCreate
        {
            Currency = "eur", LineItems = [new TaxCalculationLine { Amount = 1999, Quantity = 2, Product = "prod_1", Reference = "L1", TaxBehavior = "exclusive", TaxCode = "txcd_10103001" }],
            CustomerDetails = new TaxCustomerDetails { Address = Address, AddressSource = "billing", IpAddress = "192.0.2.1", TaxIds = [new TaxId { Type = "eu_vat", Value = "DE123456789" }], TaxabilityOverride = "none" },
            TaxDate = May, Expand = ["line_items", "line_items.data.tax_breakdown"],
        }), $$$"""[{"currency":"eur","line_items":[{"amount":1999,"quantity":2,"product":"prod_1","reference":"L1","tax_behavior":"exclusive","tax_code":"txcd_10103001"}],"customer_details":{"address":{{{AddressJson}}},"address_source":"billing","ip_address":"192.0.2.1","tax_ids":[{"type":"eu_vat","value":"DE123456789"}],"taxability_override":"none"},"tax_date":1777863721,"expand":["line_items","line_items.data.tax_breakdown"]}]"""),
        new("tax.calculations.create for a customer", stripe => stripe.CreateTaxCalculationAsync(new TaxCalculationCreate
        {
            Currency = "eur", LineItems = [new TaxCalculationLine { Amount = 1 }], Customer = "cus_1",
        }), """[{"currency":"eur","line_items":[{"amount":1}],"customer":"cus_1"}]"""),
        new("disputes.retrieve", stripe => stripe.GetDisputeAsync("dp_1"), """["dp_1"]"""),
        new("disputes.list", stripe => WireCall.AllAsync(stripe.ListDisputesAsync(new DisputeFilter { Charge = "ch_1", PaymentIntent = "pi_1", Created = Range, Limit = 1 })),
            $$"""[{"charge":"ch_1","payment_intent":"pi_1","created":{{RangeJson}},"limit":1}]"""),
        new("disputes.update", stripe => stripe.UpdateDisputeAsync("dp_1", new DisputeUpdate
        {
            Evidence = new Dictionary<string, string?>(StringComparer.Ordinal) { ["product_description"] = "A plan", ["uncategorized_text"] = null }, Submit = false, Metadata = new Dictionary<string, string?>(StringComparer.Ordinal) { ["a"] = "1" },
        }), """["dp_1",{"evidence":{"product_description":"A plan","uncategorized_text":""},"submit":false,"metadata":{"a":"1"}}]"""),
        new("transfers.create", stripe => stripe.CreateTransferAsync(new TransferCreate
        {
            Amount = 1000, Currency = "usd", Destination = "acct_2", SourceTransaction = "ch_1", TransferGroup = "order-1", Description = "Share", Metadata = Map(("a", "1")),
        }), """[{"amount":1000,"currency":"usd","destination":"acct_2","source_transaction":"ch_1","transfer_group":"order-1","description":"Share","metadata":{"a":"1"}}]"""),
        new("transfers.retrieve", stripe => stripe.GetTransferAsync("tr_1"), """["tr_1"]"""),
        new("transfers.createReversal", stripe => stripe.ReverseTransferAsync("tr_1", new TransferReversalCreate
        {
            Amount = 400, Description = "Dispute", RefundApplicationFee = true, Metadata = Map(("dispute", "dp_1")),
        }), """["tr_1",{"amount":400,"description":"Dispute","refund_application_fee":true,"metadata":{"dispute":"dp_1"}}]"""),
        new("accounts.retrieve", stripe => stripe.GetAccountAsync("acct_2"), """["acct_2"]"""),
        new("accounts.retrieveCurrent", stripe => stripe.GetAccountAsync(), "[]"),
        new("events.retrieve", stripe => stripe.GetEventAsync("evt_1"), """["evt_1"]"""),
    ];

    public static TheoryData<string> Names => [.. All.Select(call => call.Name)];

    public static WireCall Named(string name) => All.Single(call => call.Name == name);
}
