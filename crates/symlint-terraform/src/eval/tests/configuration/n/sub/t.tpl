hello
%{ for x in a ~}
- ${x} ${upper(x)} ${b + 1}
%{ endfor ~}
