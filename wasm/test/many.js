/** A values file with this many tenants. The role of the last one is in the account of the first one. */
export function many(number) {
  const tenants = [];
  for (let index = 0; index < number; index += 1) {
    const account = String(259298427341 + index * 7919);
    const role = String(259298427341 + (index === number - 1 ? 0 : index) * 7919);
    const id = (0x7223310b09241097n + BigInt(index) * 104729n).toString(16);
    const set = (0x26c577a40376e138n + BigInt(index) * 104723n).toString(16);
    tenants.push(`  tenant_${index} = {
    sso_account_id = "${account}"
    sso_connector_settings = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-${id}"
      region       = "us-east-1"
      role_arn     = "arn:aws:iam::${role}:role/sym/SymSSOTenant-${index}"
    }
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-${id}/ps-${set}"
    target_account_id  = "${String(439986187397 + index * 7907)}"
  }
`);
  }
  return `customer_tenants = {\n${tenants.join("")}}\n`;
}
