"""The script that every page could do without: times in the zone of the reader, by its name, and word of a change.

It asks for what was published since the page itself was, which may have been in a cache for a while.
It never reloads the page by itself: that would move the focus of people who read with a keyboard or a screen reader.
"""

import json

_CODE = """(()=>{
const news=document.getElementById("news"),format=new Intl.DateTimeFormat([],{
day:"numeric",month:"short",year:"numeric",hour:"numeric",minute:"2-digit",timeZoneName:"short"});
for(const each of document.querySelectorAll("time")){
const at=new Date(each.dateTime);
if(each.dateTime.includes("T")&&!isNaN(at)){each.title=each.textContent;each.textContent=format.format(at)}
}
if(news&&window.EventSource){
const events=new EventSource(SOURCE+"?lastEventId="+news.dataset.since);
events.onmessage=()=>{news.hidden=false;news.firstChild.data="This page has changed. ";events.close()}
}
})()"""


def script(slug: str) -> str:
    """At most 2 KB. A slug is a path segment as it is."""
    return _CODE.replace("SOURCE", json.dumps(f"/api/public/status/{slug}/events")).replace("</", "<\\/")
