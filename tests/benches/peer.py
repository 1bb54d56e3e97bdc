#!/usr/bin/env python3
"""A script as a team might write it: the Go parser, and a quarter of the checks. It names tenants, but no places."""

import re
import sys
from collections import defaultdict

import pygohcl

ACCOUNT = re.compile(r"\d{12}")
ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[!-~]+/)?[\w+=,.@-]{1,64}", re.ASCII)
INSTANCE = re.compile(r"arn:aws[a-z-]*:sso:::instance/((?:sso)?ins-[a-zA-Z0-9.-]{16})")
PERMISSION_SET = re.compile(r"arn:aws[a-z-]*:sso:::permissionSet/((?:sso)?ins-[a-zA-Z0-9.-]{16})/(ps-[a-zA-Z0-9./-]{16})")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def main() -> int:
    with open(sys.argv[1], "rb") as file:
        tenants = pygohcl.loadb(file.read())["customer_tenants"]
    found = []
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, tenant in tenants.items():
        settings = tenant["sso_connector_settings"]
        account, target = tenant["sso_account_id"], tenant["target_account_id"]
        role = ROLE.fullmatch(settings["role_arn"])
        instance = INSTANCE.fullmatch(settings["instance_arn"])
        permission_set = PERMISSION_SET.fullmatch(tenant["permission_set_arn"])
        checks = {
            "account-id-format": ACCOUNT.fullmatch(account) and ACCOUNT.fullmatch(target),
            "role-arn-format": role,
            "instance-arn-format": instance,
            "permission-set-arn-format": permission_set,
            "region-format": REGION.fullmatch(settings["region"]),
            "role-account-mismatch": not role or role[1] == account,
            "instance-id-mismatch": not (instance and permission_set) or instance[1] == permission_set[1],
        }
        found += [f"{name}: {rule}" for rule, holds in checks.items() if not holds]
        for kind, value in [("sso account", account), ("target account", target), ("instance", settings["instance_arn"])]:
            owners[kind, value].append(name)
    found += [f"{', '.join(names)}: one {kind}" for (kind, _), names in owners.items() if len(names) > 1]
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
