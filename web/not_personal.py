"""Columns that say nothing about anybody, by table: goods, places, reference data and keys.

Beside `web.privacy`, which names all others. Whoever adds a column decides in which of the two it
belongs; a test does not let anybody forget it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOT_PERSONAL: Final[Mapping[str, str]] = {
    "article_group": (
        "id version operator_id code names fibre security in_producer_scheme customs_chapter "
        "tolerance_permille piece_g"
    ),
    "balance": "place_id batch_id group_id quality may_owe mass_g pieces",
    "batch": (
        "id code site_id supplier_id group_id received_day gross_g tare_g quality pieces "
        "eural state held replaced_by_id"
    ),
    "bin": "id code site_id destination_id container_id state gross_g tare_g",
    "carriage": "id stream_number_id from_day carrier_id ordered_by_id",
    "certificate": (
        "id code operator_id supplier_id kind scope scope_code first_day end_day sites mass_g "
        "issued_on digest"
    ),
    "certificate_batch": "certificate_id batch_id stream mass_g as_of_seq",
    "certificate_print": "digest certificate_id",
    "certificate_text": "certificate_id content",
    "chain": "id code size head_hash peaks epoch",
    "checkpoint": "chain_id size key root at signature",
    "container": "id version code site_id kind tare_g tare_on max_g",
    "declaration": (
        "id version operator_id code supplier_id article_group_id year recycled_permille "
        "reused_permille renewable_permille lifetime_permille use_permille "
        "feed_efficiency_permille recycling_efficiency_permille source"
    ),
    "delivery": "id code site_id supplier_id expected_on announced_g lines state reference",
    "destination": (
        "id version operator_id code valid_from stream names accepts gates active "
        "recovery_code processing_code eural customs_code producer_class ladder gri esrs note "
        "usual_name"
    ),
    "device": (
        "id hash name station_id enrolled_at revoked_at seen_at app_version waiting attention "
        "counter"
    ),
    "enrolment": "id hash name station_id created_at expires_at used_at",
    "entry": "id chain_id seq kind subject reverses_id day hash",
    "factor": (
        "id version operator_id code names purpose valid_from valid_to year unit low central "
        "high region source licence"
    ),
    "find": "id code site_id batch_id kind_id count mass_g reversed handover_id",
    "find_kind": "id version operator_id code names stops_batch eural retention_days",
    "flag": "entry_id code subject figures",
    "gate": "id version operator_id code names",
    "gate_balance": "batch_id gate_id free_g free_pieces",
    "gate_line": "entry_id line batch_id gate_id mass_g pieces",
    "issued_report": (
        "id code operator_id number supplier_id sites first_day end_day basis input_g "
        "sorted_g confirmed_g issued_on replaces_id digest"
    ),
    "issued_report_print": "digest issued_report_id",
    "issued_report_text": "issued_report_id content",
    "job": "id kind created_at not_before attempts done_at failed_at",
    "leg": "id code shipment_id number carrier_id ordered_by_id departed_on reversed",
    "loss_kind": "id version operator_id code names limit_permille",
    "movement": (
        "entry_id line batch_id source_id target_id source_group_id target_group_id "
        "source_quality target_quality mass_g pieces"
    ),
    "node": "chain_id level index hash",
    "notification": "id site_id month number figures as_of sent_on",
    "organisation": "id version code is_operator parent_id gs1_prefix",
    "outlet_document": "shipment_id media_type size booked",
    "outlet_link": "id hash shipment_id created_at expires_at revoked_at",
    "owner_rule": "id version operator_id supplier_id article_group_id destinations",
    "partner": (
        "id version operator_id organisation_id roles treatments permit permit_until "
        "confirm_days distance_km country"
    ),
    "photo": "site_id media_type",
    "place": "id code pool site_id destination_id loss_kind_id bin_id shipment within_id",
    "print_job": "id code site_id printer_id part parts language state attempts problem",
    "printer": "id version code site_id name host port size dpi",
    "reason": "id version operator_id code names acts",
    "receipt": "id batch_id delivery_id containers",
    "relabelling": "id code stands_for",
    "reserved_code": "code entry_id kind",
    "scale": "id version code site_id name division_g max_g calibration_due address",
    "scan": "site_id kind target content status received_at settled_at settled_reason settled_by",
    "second_factor_rule": "organisation_id role required",
    "serial_item": "id code number operator_id batch_id group_id reversed destruction_id",
    "shipment": (
        "id code site_id outlet_id carrier_id waybill shipped_on treatments state permit "
        "confirmed_g refused_g returned_g"
    ),
    "shipment_bin": "shipment_id bin_id returned",
    "site": (
        "id version code operator_id name timezone address gln processor_number must_notify "
        "announced_limit_permille"
    ),
    "sorting_guide": "id version operator_id code tree",
    "station": "id version code site_id kind name",
    "station_rule": "station_id badge rest_minutes",
    "stream_number": (
        "id number site_id direction partner_id from_day eural usual_name processing "
        "route_collection collector_scheme"
    ),
    "target": (
        "id version operator_id code names measure permille direction applies_to valid_from "
        "valid_to supplier_id source"
    ),
    "total": "basis span start place_id supplier_id group_id quality mass_g pieces",
    "weighing": "id subject gross_g tare_g quality scale_id",
    "withdrawal": "id certificate_id reason replacement_id",
}
