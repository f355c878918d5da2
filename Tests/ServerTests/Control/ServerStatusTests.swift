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
            "clients": ["PYRO:client@127.0.0.1:9000"], "temperature": -20, "problem": "no cable",
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
        #expect(
            camera.stream == StreamStatus(isSending: true, sent: 7, lost: 1, clients: ["PYRO:client@127.0.0.1:9000"])
        )
        #expect(camera.parts.map(\.name) == ["Camera.devices.a"])
        #expect(camera.isServed)
    }

    @Test func theFieldsOfADeviceKeepTheirOrder() throws {
        let text = try SerializerID.json.text(of: camera.value)
        #expect(
            text == """
                {"name": "Camera", "driver": "simulated-camera", "uid": null, "simulated": true, "state": "serving", \
                "problem": "no cable", "problem_time": 3.0, "overdue_call": null, "overdue_call_time": null, \
                "parts": [{"name": "Camera.devices.a", "uri": "PYRO:a@127.0.0.1:8001"}], \
                "uri": "PYRO:Camera@127.0.0.1:8001", "sending": true, "sent": 7, "lost": 1, \
                "clients": ["PYRO:client@127.0.0.1:9000"], "temperature": -20}
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
