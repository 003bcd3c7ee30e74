// Replays a placed graph on SimGrid and prints when everything happened and each core's joules.
//
// Input, numbers separated by white space: see `written` in tests/oracle/test_simgrid.py.
// A tick is a second and a watt-tick a joule. Rates and amounts are scaled by 1e9, because the size
// of a message is an integer. A core is an actor that runs its tasks in order; each output that
// crosses is a message, which its receiver awaits from the start so that only the sender decides
// when it leaves. Outputs that take no time are semaphores.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <simgrid/plugins/energy.h>
#include <simgrid/s4u.hpp>

namespace sg4 = simgrid::s4u;

constexpr double RATE = 1e9;     // flops or bytes in a tick
constexpr double ROUNDING = 1e-6; // ticks by which an instant may exceed a tick and still count as it

struct Core {
    double idle_w;
    std::vector<double> point_w;
    long wake_ticks, switch_ticks;
    std::vector<int> order;
    sg4::Host* host;
};

struct Task {
    int core;
    long ticks;
    int point;
    std::vector<int> inputs, outputs;
    double start, finish;
};

struct Edge {
    int source, target;
    long ticks; // 0 if nothing crosses
    sg4::SemaphorePtr there;
    double arrival;
};

static std::vector<Core> cores;
static std::vector<Task> tasks;
static std::vector<Edge> edges;

static double next_tick(double instant) { return std::ceil(instant - ROUNDING); }

static void run_core(int index)
{
    Core& core = cores[index];
    std::vector<int> messages(edges.size());
    std::vector<sg4::CommPtr> awaited(edges.size()), sent;
    std::vector<int*> received(edges.size());
    for (int task : core.order)
        for (int input : tasks[task].inputs)
            if (edges[input].ticks > 0)
                awaited[input] = sg4::Mailbox::by_name("edge" + std::to_string(input))
                                     ->get_async<int>(&received[input]);
    double free = core.wake_ticks;
    int point = -1;
    for (int number : core.order) {
        Task& task = tasks[number];
        double ready = 0;
        for (int input : task.inputs) {
            if (edges[input].ticks > 0) {
                awaited[input]->wait();
                edges[input].arrival = next_tick(awaited[input]->get_finish_time());
                ready = std::max(ready, edges[input].arrival);
            } else {
                edges[input].there->acquire();
            }
        }
        if (point >= 0 && point != task.point)
            free += core.switch_ticks;
        point = task.point;
        sg4::this_actor::sleep_until(std::max(ready, free));
        core.host->set_pstate(point);
        task.start = sg4::Engine::get_clock();
        if (task.ticks > 0)
            sg4::this_actor::execute(task.ticks * RATE);
        task.finish = free = sg4::Engine::get_clock();
        for (int output : task.outputs) {
            if (edges[output].ticks > 0)
                sent.push_back(sg4::Mailbox::by_name("edge" + std::to_string(output))
                                   ->put_async(&messages[output],
                                               static_cast<uint64_t>(edges[output].ticks) *
                                                   static_cast<uint64_t>(RATE)));
            else
                edges[output].there->release();
        }
    }
    for (auto& comm : sent)
        comm->wait();
}

int main(int argc, char* argv[])
{
    sg_host_energy_plugin_init();
    sg4::Engine engine(&argc, argv);
    sg4::Engine::set_config("network/model:CM02");
    sg4::Engine::set_config("network/crosstraffic:0");
    std::ifstream in(argv[1]);
    auto* zone = sg4::create_full_zone("chip");

    size_t core_count, link_count, task_count, edge_count;
    long period;
    in >> period >> core_count >> link_count >> task_count >> edge_count;
    cores.resize(core_count);
    for (size_t index = 0; index < core_count; index++) {
        Core& core = cores[index];
        size_t points, length;
        in >> core.idle_w >> core.wake_ticks >> core.switch_ticks >> points;
        core.point_w.resize(points);
        std::string wattages;
        for (double& watts : core.point_w) {
            in >> watts;
            char one[120];
            std::snprintf(one, sizeof one, "%s%.17g:%.17g:%.17g", wattages.empty() ? "" : ",",
                          core.idle_w, watts, watts);
            wattages += one;
        }
        in >> length;
        core.order.resize(length);
        for (int& task : core.order)
            in >> task;
        core.host = zone->create_host("core" + std::to_string(index),
                                      std::vector<double>(points, RATE));
        core.host->set_property("wattage_per_state", wattages);
        core.host->set_property("wattage_off", "0");
        core.host->seal();
    }
    std::vector<sg4::Link*> links;
    for (size_t index = 0; index < link_count; index++) {
        std::string sharing;
        in >> sharing;
        auto* link = zone->create_link("link" + std::to_string(index), RATE)->set_latency(0);
        link->set_sharing_policy(sharing == "unlimited" ? sg4::Link::SharingPolicy::FATPIPE
                                                        : sg4::Link::SharingPolicy::SHARED);
        if (sharing == "fifo")
            link->set_concurrency_limit(1);
        links.push_back(link->seal());
    }
    for (size_t a = 0; a < core_count; a++)
        for (size_t b = 0; b < core_count; b++) {
            int link;
            in >> link;
            if (link >= 0)
                zone->add_route(cores[a].host->get_netpoint(), cores[b].host->get_netpoint(),
                                nullptr, nullptr, {sg4::LinkInRoute(links[link])}, false);
        }
    zone->seal();
    tasks.resize(task_count);
    for (Task& task : tasks)
        in >> task.core >> task.ticks >> task.point;
    edges.resize(edge_count);
    for (size_t index = 0; index < edge_count; index++) {
        Edge& edge = edges[index];
        in >> edge.source >> edge.target >> edge.ticks;
        edge.there = sg4::Semaphore::create(0);
        tasks[edge.source].outputs.push_back(index);
        tasks[edge.target].inputs.push_back(index);
    }
    if (!in) {
        std::fprintf(stderr, "%s ends too early\n", argv[1]);
        return 2;
    }
    for (size_t index = 0; index < core_count; index++)
        sg4::Actor::create("actor" + std::to_string(index), cores[index].host, run_core, index);
    sg4::Actor::create("period", cores[0].host,
                       [period] { sg4::this_actor::sleep_until(period); });
    engine.run();

    for (const Task& task : tasks)
        std::printf("task %.17g %.17g\n", task.start, task.finish);
    for (const Edge& edge : edges)
        if (edge.ticks > 0)
            std::printf("transfer %.17g\n", edge.arrival);
    for (const Core& core : cores)
        std::printf("core %.17g\n", sg_host_get_consumed_energy(core.host));
    return 0;
}
