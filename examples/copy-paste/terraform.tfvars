sym_org            = "field-services"
slack_workspace_id = "T05K8QZR2MB"

customer_tenants = {
  summit_robotics = {
    sso_account_id = "259298427341"
    sso_connector_settings = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-7223310b09241097"
      region       = "us-east-1"
      role_arn     = "arn:aws:iam::259298427341:role/sym/SymSSOSummit-Robotics"
    }
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223310b09241097/ps-26c577a40376e138"
    target_account_id  = "339986187397"
  }

  harbour_retail = {
    sso_account_id = "689558360591"
    sso_connector_settings = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-6804725e77da42b2"
      region       = "eu-west-1a"
      role_arn     = "arn:aws:iam::689558360591:role/sym/SymSSOHarbour-Retail"
    }
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6804725e77da42b2/ps-623375af1fd076ad"
    target_account_id  = 015711093029
  }

  meadow_clinic = {
    sso_account_id = "284656541736"
    sso_connector_settings = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-825958221dc9b0b7"
      region       = "ap-southeast-2"
      role_arn     = "arn:aws:iam::689558360591:role/sym/SymSSOHarbour-Retail"
    }
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6804725e77da42b2/ps-623375af1fd076ad"
    target_account_id  = "2686-7812-6615"
  }

  orchard_foods = {
    sso_account_id = "299882646845"
    sso_connector_settings = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-698734b24594b406"
      regoin       = "eu-central-1"
      role_arn     = "arn:aws:iam::299882646845:role/sym/SymSSOOrchard-Foods"
    }
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-698734b24594b406/ps-27f50324e5fa72bc"
    target_account_id  = "605966918587"
    target_account_id  = "339986187397"
  }
}
