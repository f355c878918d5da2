import Pickle
import Pyro
import Testing

@testable import Server

@Suite struct ServerStatusTests {
    private var camera: DeviceStatus {
        var camera = DeviceStatus(
            name: "Camera",
            driver: "simulated-camera",
            uid: nil,
            isSimulated: true,
            state: "serving",
            uri: "PYRO:Camera@127.0.0.1:8001"
        )
        let part: PythonDictionary = ["name": "Camera.devices.a", "uri": "PYRO:a@127.0.0.1:8001"]
        let report: PythonDictionary = [
            "name": "Camera", "uri": "PYRO:Camera@127.0.0.1:8001", "sending": .bool(true), "sent": 7, "lost": 1,
            "clients": ["PYRO:client@127.0.0.1:9000"], "lost_in": .dict(["queue": 1]),
            "absent_clients": [.dict(["uri": "PYRO:client@127.0.0.1:9000", "since": .float(4), "missed": 3])],
            "temperature": -20, "problem": "no cable",
            "problem_time": .float(3), "parts": [.dict(part)],
        ]
        camera.readReport(.dict(report))
        return camera
    }

    private var status: ServerStatus {
        ServerStatus(
            configuration: "/etc/scope.yaml",
            definitions: [
                DefinitionStatus(
                    name: "Camera",
                    state: "serving",
                    since: 2.5,
                    pid: 17,
                    restarts: 1,
                    lastError: "its process was killed (SIGKILL)",
                    lastErrorTime: 1,
                    recoveryTime: 2,
                    retryTime: nil,
                    devices: [camera]
                )
            ]
        )
    }

    @Test func bothEndsReadTheSame() {
        #expect(ServerStatus(status.value) == status)
        var stream = StreamStatus(isSending: true, sent: 7, lost: 1, clients: ["PYRO:client@127.0.0.1:9000"])
        stream.losses.inQueue = 1
        stream.absentClients = [.init(uri: "PYRO:client@127.0.0.1:9000", since: 4, missed: 3)]
        #expect(camera.stream == stream)
        #expect(stream.lossesInWords == "1 in the queue of a slow client")
        #expect(camera.parts.map(\.name) == ["Camera.devices.a"])
        #expect(camera.isServed)
    }

    @Test func theFieldsOfADeviceKeepTheirOrder() throws {
        let text = try SerializerID.json.text(of: camera.value)
        #expect(
            text == """
                {"name": "Camera", "driver": "simulated-camera", "uid": null, "simulated": true, "state": "serving", \
                "problem": "no cable", "problem_time": 3.0, "overdue_call": null, "overdue_call_time": null, \
                "waiting_call": null, "waiting_call_time": null, "parts": [{"name": "Camera.devices.a", "uri": "PYRO:a@127.0.0.1:8001"}], \
                "uri": "PYRO:Camera@127.0.0.1:8001", "sending": true, "sent": 7, "lost": 1, \
                "clients": ["PYRO:client@127.0.0.1:9000"], "waiting": 0, \
                "lost_in": {"device": 0, "queue": 1, "client": 0, "process": 0}, \
                "absent_clients": [{"uri": "PYRO:client@127.0.0.1:9000", "since": 4.0, "missed": 3}], "subscribers": [], \
                "temperature": -20}
                """
        )
    }

    @Test func fieldsOfOtherVersionsAreKept() {
        #expect(camera.others == ["temperature": -20])
        #expect(ServerStatus(status.value).definitions.first?.devices.first?.others == ["temperature": -20])
    }

    @Test(
        arguments: [
            .none, 3, .dict(["definitions": 7]), .dict(["definitions": [.dict(["devices": [.dict(["name": 3])]])]]),
        ] as [PythonValue]
    )
    func whatCannotBeUnderstoodIsLeftOut(_ value: PythonValue) {
        #expect(ServerStatus(value).definitions.flatMap(\.devices).isEmpty)
    }
}
