(()=>{
const me=document.currentScript;
if(!me)return;
const slug=new URL(me.src).pathname.split("/").at(-2),at=path=>new URL(path,me.src).href;
const data=at("/api/public/status/"+(slug||"page")),page=at(slug?"/status/"+slug:"/");
const make=(tag,parent,text,name)=>{
const made=document.createElement(tag);
made.textContent=text;
if(name)made.className=name;
parent.append(made);
return made};
const put=host=>document.head.contains(me)?document.body.append(host):me.after(host);
const link=parent=>{
const made=make("a",parent,"");
made.href=page;
return made};
const show=shown=>{
const host=document.createElement("div"),root=host.attachShadow({mode:"open"}),sheet=new CSSStyleSheet();
sheet.replaceSync(":host{all:initial;display:block}section{max-width:22rem;padding:.75rem 1rem;border:1px solid;border-radius:.5rem;font:.875rem/1.4 system-ui,sans-serif;overflow-wrap:anywhere}a{display:flex;gap:.75rem;align-items:center;color:inherit;text-decoration:none}a:hover p,a:focus-visible p{text-decoration:underline}i{flex:none;width:.75rem;height:.75rem;border-radius:50%;background:var(--d,#59636e);forced-color-adjust:none}p{margin:0}b{display:block}ul{margin:.5rem 0 0;padding-left:1.25rem}section{background:#ffffff;color:#1f2328;border-color:#d1d9e0}.OPERATIONAL{--d:#1a7f37}.DEGRADED_PERFORMANCE{--d:#8a6100}.PARTIAL_OUTAGE{--d:#bc4c00}.MAJOR_OUTAGE{--d:#cf222e}.UNDER_MAINTENANCE{--d:#0969da}@media(prefers-color-scheme:dark){section{background:#161b22;color:#f0f6fc;border-color:#3d444d}.OPERATIONAL{--d:#3fb950}.DEGRADED_PERFORMANCE{--d:#d29922}.PARTIAL_OUTAGE{--d:#f0883e}.MAJOR_OUTAGE{--d:#ff7b72}.UNDER_MAINTENANCE{--d:#58a6ff}}");
root.adoptedStyleSheets=[sheet];
host.lang="en";
const box=make("section",root,"",shown.status);
box.ariaLabel="Status of "+shown.page.name;
const to=link(box);
make("i",to,"").ariaHidden="true";
const about=make("p",to,"");
make("b",about,shown.page.name).dir="auto";
make("span",about,shown.statusDescription);
if(shown.announcements[0]){
const list=make("ul",box,"");
shown.announcements.slice(0,3).forEach(told=>make("li",list,told.title).dir="auto")}
put(host)};
fetch(data,{credentials:"omit"}).then(got=>got.ok?got.json():Promise.reject()).then(show).catch(()=>{
const host=document.createElement("span");
link(host).textContent="Status page";
put(host)})
})();
