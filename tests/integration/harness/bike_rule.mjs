/// A rule for bikes that publish {"rpm":80,"level":40} on bikes/<racerId>/<classId>.
export const BIKES = `
[[rule]]
name = "bikes"
topic = "bikes/+/+"
[rule.select]
event = "\${event()}"
deviceTimestamp = "\${timestamp()}"
second = "\${second()}"
raceId = "\${race()}"
name = "Bike \${topic(2)}"
racerId = "\${topic(2)}"
classId = "\${topic(3)}"
cadence = "\${rpm}"
resistance = "\${level}"
`;
